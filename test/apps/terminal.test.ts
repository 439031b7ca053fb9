/** Pictures in the terminal: the protocol that is chosen, and what each protocol is sent. */
import { describe, expect, it } from "vitest";
import type { Picture } from "#apps/files/images";
import { detectProtocol, pictureText, shrinkTo } from "#apps/terminal/picture";

const picture: Picture = {
  width: 2,
  height: 3,
  rgb: Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 10, 20, 30]),
};
const png = new Uint8Array(5000).fill(7);

describe("the protocol", () => {
  it.each([
    [{ TERM: "xterm-kitty" }, "kitty"],
    [{ KITTY_WINDOW_ID: "1", TERM: "xterm-256color" }, "kitty"],
    [{ TERM_PROGRAM: "iTerm.app" }, "iterm2"],
    [{ TERM: "foot" }, "sixel"],
    [{ TERM: "xterm-256color" }, "blocks"],
    [{ TERM: "xterm-kitty", TMUX: "socket,1,0" }, "blocks"],
    [{}, "blocks"],
  ] as const)("for %j is %s", (environment, protocol) => {
    expect(detectProtocol(environment)).toBe(protocol);
  });
});

describe("the text", () => {
  it("is half blocks with the upper pixel in front and the lower one behind", () => {
    expect(pictureText(picture, png, "blocks", 80).split("\n")).toEqual([
      "\x1b[38;2;255;0;0m\x1b[48;2;0;0;255m▀\x1b[38;2;0;255;0m\x1b[48;2;255;255;255m▀\x1b[0m",
      "\x1b[38;2;0;0;0m\x1b[49m▀\x1b[38;2;10;20;30m\x1b[49m▀\x1b[0m",
      "",
    ]);
  });

  it("carries the whole PNG to kitty in chunks of 4096 characters", () => {
    const commands = pictureText(picture, png, "kitty", 80).trimEnd().split("\x1b\\").filter(Boolean);
    expect(commands.map((command) => /m=(\d);/.exec(command)?.[1])).toEqual(["1", "0"]);
    const payload = commands.map((command) => command.slice(command.indexOf(";") + 1)).join("");
    expect(Buffer.from(payload, "base64")).toEqual(Buffer.from(png));
  });

  it("carries the PNG to iTerm2", () => {
    const text = pictureText(picture, png, "iterm2", 80);
    expect(text.startsWith("\x1b]1337;File=inline=1;size=5000:")).toBe(true);
    const payload = text.slice(text.lastIndexOf(":") + 1, text.indexOf("\x07"));
    expect(Buffer.from(payload, "base64")).toEqual(Buffer.from(png));
  });

  it("is sixel with one pass for each colour of a band", () => {
    const text = pictureText(picture, png, "sixel", 80);
    expect(text.startsWith('\x1bPq"1;1;2;3')).toBe(true);
    // red (cube index 180) covers the top left pixel alone: bit 0, then nothing
    expect(text).toContain("#180@?$");
    expect(text.endsWith("-\x1b\\\n")).toBe(true);
  });
});

it("shrinks by averaging whole blocks", () => {
  const wide: Picture = { width: 2, height: 2, rgb: Uint8Array.from([0, 0, 0, 100, 0, 0, 0, 40, 0, 0, 0, 200]) };
  expect(shrinkTo(wide, 1)).toEqual({ width: 1, height: 1, rgb: Uint8Array.from([25, 10, 50]) });
  expect(shrinkTo(wide, 2)).toBe(wide);
});
