/** The progress of training on standard error: one line that is rewritten on a terminal, a line now and then elsewhere. */
import type { Io } from "./command.ts";
import { formatDuration, formatNumber, formatRate } from "./text.ts";

export interface ProgressEvent {
  readonly step: number;
  readonly steps: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface ProgressLine {
  update(event: ProgressEvent): void;
  finish(): void;
}

const terminalInterval = 200;
const plainInterval = 10_000;

/** `startStep` is where this run began, so that the rate of a resumed run is its own. */
export function progressLine(io: Io, title: string, startStep: number): ProgressLine {
  const began = performance.now();
  let shown = Number.NEGATIVE_INFINITY;
  let last: ProgressEvent | null = null;
  let lastShown: ProgressEvent | null = null;

  const text = (event: ProgressEvent) => {
    const seconds = (performance.now() - began) / 1000;
    const rate = (event.step - startStep) / seconds;
    const left = (event.steps - event.step) / rate;
    const percent = Math.floor((100 * event.step) / event.steps);
    const metrics = Object.entries(event.metrics).map(([name, value]) => `${name} ${formatNumber(value)}`);
    // metrics last: there may be more than the width of a terminal holds
    return [
      `${title} ${event.step}/${event.steps} (${percent} %)`,
      formatRate(rate),
      event.step < event.steps ? `${formatDuration(left)} left` : `took ${formatDuration(seconds)}`,
      ...metrics,
    ].join("  ");
  };
  const show = (event: ProgressEvent) => {
    shown = performance.now();
    lastShown = event;
    if (io.errIsTerminal) io.err(`\r\x1b[2K${text(event).slice(0, io.columns - 1)}`);
    else io.err(`${text(event)}\n`);
  };

  return {
    update(event) {
      last = event;
      const interval = io.errIsTerminal ? terminalInterval : plainInterval;
      if (performance.now() - shown >= interval) show(event);
    },
    finish() {
      if (last !== null && last !== lastShown) show(last);
      if (io.errIsTerminal) io.err("\n");
    },
  };
}

/** How many pictures have been read before something begins; nothing is shown of what takes less than a second. */
export function readingLine(io: Io): { update(done: number, total: number): void; finish(): void } {
  const began = performance.now();
  let shown = began + 1000 - (io.errIsTerminal ? terminalInterval : plainInterval);
  let open = false;
  return {
    update(done, total) {
      const now = performance.now();
      if (now - began < 1000 || now - shown < (io.errIsTerminal ? terminalInterval : plainInterval)) return;
      shown = now;
      const rate = formatRate(done / ((now - began) / 1000));
      const text = `reading pictures ${done.toLocaleString("en")}/${total.toLocaleString("en")}  ${rate}`;
      io.err(io.errIsTerminal ? `\r\x1b[2K${text.slice(0, io.columns - 1)}` : `${text}\n`);
      open = io.errIsTerminal;
    },
    finish() {
      if (open) io.err("\n");
      open = false;
    },
  };
}
