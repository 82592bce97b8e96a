import { BarChart, FunnelChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init as initChart, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, PieChart, FunnelChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

/** A chart on an element, drawn as SVG so that it prints and scales. */
export const init = (element) => initChart(element, null, { renderer: "svg" });

const WAN = 1e4;
const YI = 1e8;

/** 1.2万, 3.4亿 where the page speaks Chinese, 12K, 3.4M elsewhere. */
function short(value) {
  if (!document.documentElement.lang.startsWith("zh")) return new Intl.NumberFormat("en", { notation: "compact" }).format(value);
  const size = Math.abs(value);
  if (size >= YI) return `${+(value / YI).toFixed(2)}亿`;
  return size >= WAN ? `${+(value / WAN).toFixed(1)}万` : String(value);
}

/** The page's own colours, as they are in this theme now. Each is asked of an element of its own: on one that is
 *  repainted, the rules for reduced motion turn the change into a transition that has not moved yet. */
function palette(element) {
  const colour = (name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--z-${name})`;
    element.append(probe);
    const seen = getComputedStyle(probe).color;
    probe.remove();
    return seen;
  };
  const names = ["accent", "accent-soft", "good", "warn", "bad", "plum", "line", "line-strong", "ink", "ink-2", "ink-3", "surface", "raised"];
  return Object.fromEntries(names.map((name) => [name, colour(name)]));
}

const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function tooltip(colours, chart, format) {
  const line = (point) => `${point.marker}${escaped(point.seriesName?.startsWith("series") ? point.name : point.seriesName)} <b style="float:right;margin-left:16px">${escaped(format(point.data?.value ?? point.value))}</b>`;
  return {
    trigger: ["bar", "line"].includes(chart) ? "axis" : "item",
    axisPointer: { z: 0, type: chart === "line" ? "line" : "shadow", shadowStyle: { opacity: 0.5, color: colours.line } },
    backgroundColor: colours.raised, borderColor: colours.line, textStyle: { color: colours.ink, fontSize: 12 }, padding: [6, 10], confine: true,
    formatter: (points) => (Array.isArray(points) ? [escaped(points[0].axisValueLabel), ...points.map(line)].join("<br>") : line(points)),
  };
}

function seriesColour(series, index, colours) {
  if (series.colour) return colours[series.colour] ?? series.colour;
  return [colours.accent, colours["line-strong"], colours.good, colours.plum, colours.warn, colours.bad][index % 6];
}

function axisSeries({ kind, series, stacked }, colours) {
  return series.map((one, index) => ({
    type: one.kind ?? kind, name: one.name, data: one.data, stack: stacked ? "all" : undefined,
    itemStyle: { color: seriesColour(one, index, colours), borderRadius: stacked ? 0 : 2 },
    lineStyle: { width: 2 }, symbolSize: 5, showSymbol: false, barMaxWidth: 18, barGap: "12%",
    emphasis: { focus: "none" }, cursor: one.data.some((datum) => datum?.url) ? "pointer" : "default",
  }));
}

function axes({ labels, horizontal }, colours) {
  const names = { type: "category", data: labels, inverse: Boolean(horizontal), axisLine: { lineStyle: { color: colours.line } }, axisTick: { show: false }, axisLabel: { color: colours["ink-3"], fontSize: 11, hideOverlap: true } };
  const values = { type: "value", splitNumber: 3, axisLabel: { color: colours["ink-3"], fontSize: 11, formatter: short }, splitLine: { lineStyle: { color: colours.line } } };
  return horizontal ? { xAxis: values, yAxis: names } : { xAxis: names, yAxis: values };
}

function wholeSeries({ kind, series }, colours) {
  const hues = [colours.accent, colours.good, colours.plum, colours.warn, colours["line-strong"], colours.bad];
  const data = series[0].data.map((datum, index) => ({ ...datum, itemStyle: { color: datum.colour ? colours[datum.colour] : hues[index % hues.length] } }));
  const label = { color: colours["ink-2"], fontSize: 12 };
  if (kind === "funnel") return [{ type: "funnel", name: series[0].name, data, sort: "none", gap: 3, left: 20, right: 90, top: 8, bottom: 8, label: { ...label, position: "right" }, labelLine: { show: false }, itemStyle: { borderWidth: 0 } }];
  return [{ type: "pie", name: series[0].name, data, radius: ["52%", "76%"], label, labelLine: { lineStyle: { color: colours["line-strong"] } }, itemStyle: { borderColor: colours.surface, borderWidth: 2 } }];
}

/** ECharts options of our own small description:
 *  {kind: "bar|line|pie|funnel", labels: [...], horizontal, stacked, unit: "¥",
 *   series: [{name, colour?, kind?, data: [number | {value, url?, name?, colour?}]}]} */
export function options(chart, element) {
  const colours = palette(element);
  const format = (value) => (chart.unit ? `${chart.unit} ` : "") + Number(value).toLocaleString();
  const common = {
    animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300,
    textStyle: { fontFamily: getComputedStyle(element).fontFamily },
    tooltip: tooltip(colours, chart.kind, format),
  };
  if (chart.kind === "pie" || chart.kind === "funnel") return { ...common, series: wholeSeries(chart, colours) };
  const legend = chart.series.length > 1 ? { right: 8, top: 0, itemWidth: 10, itemHeight: 10, itemGap: 14, textStyle: { color: colours["ink-3"], fontSize: 12 } } : undefined;
  return { ...common, legend, grid: { left: 8, right: 12, top: legend ? 30 : 12, bottom: 4, containLabel: true }, ...axes(chart, colours), series: axisSeries(chart, colours) };
}
