import { expect, it } from "vitest";
import { divided } from "../../pages/inspector/findings.ts";

const fault = (path: string) => ({ path, code: "c", message: "m" });

it("findings stand beside the command that they are about, by place or by name; the others stand apart", () => {
  const commands = [{ name: "sit" }, { name: "wave" }];
  const given = [
    "/commands/1/description",
    "/commands/sit/parameters",
    "/commands",
    "/vocabulary/places",
    "/commands/9",
    "/commands/no",
  ];
  const { own, rest } = divided(commands, given.map(fault));
  expect(own.map((faults) => faults.map((one) => one.path))).toEqual([["/parameters"], ["/description"]]);
  expect(rest.map((one) => one.path)).toEqual([
    "/commands",
    "/vocabulary/places",
    "/commands/9",
    "/commands/no",
  ]);
});
