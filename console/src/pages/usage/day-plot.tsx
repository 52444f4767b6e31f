// A bar for each day, drawn by uPlot in the colours of the theme.
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";

interface DayPlotInput {
  readonly days: readonly string[];
  readonly values: readonly number[];
  readonly words: (value: number) => string;
}

const heightPx = 220;

export default function DayPlot({ days, values, words }: DayPlotInput) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let plot = draw(element, { days, values, words });
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: heightPx }));
    resized.observe(element);
    // A canvas does not follow the theme by itself.
    const redraw = () => {
      plot.destroy();
      plot = draw(element, { days, values, words });
    };
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", redraw);
    const themed = new MutationObserver(redraw);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      scheme.removeEventListener("change", redraw);
      plot.destroy();
    };
  }, [days, values, words]);
  return <div ref={box} />;
}

function draw(element: HTMLElement, { days, values, words }: DayPlotInput): UPlot {
  const colors = themeColors(element);
  const axis = { stroke: colors.muted, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  const bars = UPlot.paths.bars?.({ size: [0.7, 40], align: 0 });
  const options: UPlot.Options = {
    width: element.clientWidth,
    height: heightPx,
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), "UTC"),
    cursor: { drag: { x: false, y: false } },
    legend: { show: true },
    hooks: { ready: [showDay], setCursor: [showDay] },
    scales: {
      x: { range: (_plot, min, max) => [min - 43_200, max + 43_200] },
      y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      { ...axis, space: 72, grid: { show: false }, values: (_plot, splits) => splits.map(dayOf) },
      {
        ...axis,
        size: 72,
        grid: { stroke: colors.line, width: 1 },
        values: (_plot, splits) => splits.map(words),
      },
    ],
    series: [
      {
        label: "Day",
        value: (_plot, seconds) => (seconds === null ? "" : dayOf(seconds)),
      },
      {
        label: "Used",
        fill: colors.accent,
        stroke: colors.accent,
        width: 0,
        points: { show: false },
        value: (_plot, value) => (value === null ? "" : words(value)),
        ...(bars === undefined ? {} : { paths: bars }),
      },
    ],
  };
  return new UPlot(options, [days.map((day) => Date.parse(day) / 1000), [...values]], element);
}

/** Below the plot stands the day that somebody points at, and the newest one while they point at none. */
function showDay(plot: UPlot): void {
  if (typeof plot.cursor.idx !== "number") plot.setLegend({ idx: plot.data[0].length - 1 }, false);
}

const dayFormat = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

/** @param seconds since 1970, as uPlot counts */
function dayOf(seconds: number): string {
  return dayFormat.format(seconds * 1_000);
}

/** A canvas knows no custom properties, and those of the theme hold two colours each: an element says which one counts. */
function themeColors(element: HTMLElement) {
  const probe = document.createElement("span");
  element.append(probe);
  const of = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colors = { accent: of("--accent"), muted: of("--text-muted"), line: of("--line") };
  probe.remove();
  return colors;
}
