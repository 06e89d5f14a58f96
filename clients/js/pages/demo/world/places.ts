/** The room as the world's logic knows it: where one can go, what stands in the way, what things can lie on. */

export interface Point {
  readonly x: number;
  readonly z: number;
}

export interface Place {
  readonly id: string;
  readonly names: readonly string[];
  readonly about: string;
  /** Where she stands when she has gone there, in metres; x to the viewer's right, z towards the viewer. */
  readonly stand: Point;
  /** Where a thing lies that is put there, and how high. */
  readonly drop: Point & { readonly y: number };
  /** What she looks at there; the viewer where nothing is said. */
  readonly faces?: Point;
  /** What one can sit on, and how high it is. */
  readonly seat?: { readonly at: Point; readonly height: number };
}

/** The floor, without the walls' skirting. */
export const ROOM = { left: -2.45, right: 2.45, back: -1.95, front: 2.15 } as const;

export const PLACES: readonly Place[] = [
  {
    id: "rug",
    names: [
      "rug",
      "carpet",
      "middle",
      "center",
      "centre",
      "middle of the room",
      "地毯",
      "毯子",
      "中间",
      "房间中间",
    ],
    about: "round, in the middle of the room 房间中间的圆地毯",
    stand: { x: 0, z: 0.35 },
    drop: { x: 0.62, z: 0.75, y: 0.02 },
  },
  {
    id: "window",
    names: ["window", "moon window", "窗户", "窗边", "窗子", "窗"],
    about: "a round window in the back wall 后墙上的圆窗",
    stand: { x: -0.1, z: -1.35 },
    drop: { x: 0.42, z: -1.7, y: 0 },
    faces: { x: 1.1, z: 0.6 },
  },
  {
    id: "plant",
    names: ["plant", "potted plant", "flower pot", "植物", "盆栽", "花盆", "绿植"],
    about: "a big plant in the left corner 左边角落里的大盆栽",
    stand: { x: -1.4, z: -0.92 },
    drop: { x: -1.55, z: -0.55, y: 0 },
  },
  {
    id: "cushion",
    names: ["cushion", "pillow", "seat", "垫子", "坐垫", "靠垫"],
    about: "a soft red seat on the left 左边的红色软垫",
    stand: { x: -0.75, z: 0.95 },
    drop: { x: -1.62, z: 0.78, y: 0.3 },
    seat: { at: { x: -1.62, z: 0.8 }, height: 0.26 },
  },
  {
    id: "lamp",
    names: ["lamp", "floor lamp", "light", "台灯", "落地灯", "灯"],
    about: "a standing lamp in the right corner 右边角落里的落地灯",
    stand: { x: 1.48, z: -1.22 },
    drop: { x: 1.75, z: -0.95, y: 0 },
  },
  {
    id: "table",
    names: ["table", "tea table", "桌子", "茶几", "桌"],
    about: "a low round table on the right 右边的矮圆桌",
    stand: { x: 0.8, z: 0.45 },
    drop: { x: 1.36, z: 0.1, y: 0.46 },
  },
  {
    id: "basket",
    names: ["basket", "toy basket", "toy box", "篮子", "玩具篮", "筐"],
    about: "for toys, in front on the right 右前方装玩具的篮子",
    stand: { x: 1.06, z: 1.2 },
    drop: { x: 1.86, z: 1.3, y: 0.12 },
  },
  {
    id: "shelf",
    names: ["shelf", "bookshelf", "bookcase", "书架", "架子"],
    about: "with books, at the left wall 左墙边的书架",
    stand: { x: -1.5, z: -0.15 },
    drop: { x: -1.75, z: 0.1, y: 0 },
  },
  {
    id: "front",
    names: ["front", "the front", "edge", "前面", "最前面", "前边"],
    about: "the front edge of the room, near the viewer 房间前沿",
    stand: { x: 0.15, z: 1.6 },
    drop: { x: -0.35, z: 1.75, y: 0 },
  },
];

export interface Obstacle extends Point {
  readonly radius: number;
  readonly height: number;
}

export const OBSTACLES: readonly Obstacle[] = [
  { x: -2.05, z: -1.5, radius: 0.42, height: 0.75 }, // plant
  { x: -1.62, z: 0.8, radius: 0.46, height: 0.26 }, // cushion
  { x: 2.1, z: -1.55, radius: 0.26, height: 2 }, // lamp
  { x: 1.62, z: -0.1, radius: 0.56, height: 0.44 }, // table
  { x: 1.86, z: 1.3, radius: 0.4, height: 0.3 }, // basket
  { x: -2.3, z: -0.25, radius: 0.38, height: 1.1 }, // shelf
];

const BY_ID: ReadonlyMap<string, Place> = new Map(PLACES.map((place) => [place.id, place]));

export const placeOf = (id: string): Place | undefined => BY_ID.get(id);

export const apart = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.z - b.z);

/** The place whose spot for things is nearest. */
export function nearestPlace(point: Point): Place {
  return PLACES.reduce((best, place) => (apart(place.drop, point) < apart(best.drop, point) ? place : best));
}

export const inRoom = (point: Point, margin = 0): Point => ({
  x: Math.min(Math.max(point.x, ROOM.left + margin), ROOM.right - margin),
  z: Math.min(Math.max(point.z, ROOM.back + margin), ROOM.front - margin),
});

export const isPlace = (id: string): boolean => BY_ID.has(id);
