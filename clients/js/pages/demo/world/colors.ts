/** The colours that she can take, by name. */
export const COLORS = {
  jade: "#5fc9a2",
  red: "#f0635f",
  orange: "#f9974a",
  yellow: "#f7cd4f",
  green: "#85cc58",
  blue: "#5aa5f2",
  purple: "#a283ec",
  pink: "#f78fb6",
  white: "#f2eef6",
  black: "#565266",
} as const;

export type ColorName = keyof typeof COLORS;

export const isColorName = (name: string): name is ColorName => Object.hasOwn(COLORS, name);
