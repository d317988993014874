// Draws use over time where the page leaves room for it: <div class="chart" data-chart="…" data-pool="0">. The figures come
// as JSON from the address that is told there; a table below has the same. Nothing is drawn without uPlot.
"use strict";
(() => {
  const LANGUAGE = document.documentElement.lang || "en", DAY = 86400;
  const number = new Intl.NumberFormat(LANGUAGE);
  const months = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", timeZone: "UTC" });
  const whole = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeZone: "UTC" });
  const told = new Map(), drawn = [];

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

  function fetched(address) {
    if (!told.has(address)) {
      told.set(address, fetch(address, { headers: { Accept: "application/json" } }).then((answer) => {
        if (!answer.ok || !(answer.headers.get("content-type") || "").includes("json")) { throw new Error(String(answer.status)); }
        return answer.json();
      }));
    }
    return told.get(address);
  }

  function rows(pool) {
    const days = pool.peaks.map((_, at) => (pool.begin + at) * DAY), over = [];
    pool.peaks.forEach((peak, at) => over.push(peak > pool.totals[at] ? peak : null));
    return [days, pool.totals, pool.peaks, over];
  }

  function options(room, labels, rows_) {
    const ink = colour("--soft"), line = colour("--line"), accent = colour("--accent"), over = colour("--over");
    const font = "12px " + getComputedStyle(document.body).fontFamily;
    const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const value = (_, shown) => (shown == null ? "–" : number.format(shown));
    const most = Math.max(1, ...rows_[1], ...rows_[2]);
    return {
      width: Math.max(220, Math.floor(room.clientWidth)), height: 220,
      tzDate: (moment) => { const date = new Date(moment * 1000); return new Date(date.getTime() + date.getTimezoneOffset() * 60000); },
      cursor: { drag: { x: false, y: false } },
      scales: { x: { time: true }, y: { range: [0, most * 1.08] } },
      axes: [
        { ...axis, space: 70, values: (_, splits) => splits.map((split) => months.format(split * 1000)) },
        { ...axis, size: 12 + 9 * number.format(Math.round(most)).length, values: (_, splits) => splits.map((split) => (Number.isInteger(split) ? number.format(split) : "")) },
      ],
      series: [
        { label: labels.day, value: (_, moment) => (moment == null ? "–" : whole.format(moment * 1000)) },
        { label: labels.total, stroke: ink, width: 1.5, dash: [6, 4], value, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) },
        { label: labels.peak, stroke: accent, width: 2, fill: accent + "22", value, points: { show: false } },
        { label: labels.over, stroke: over, width: 3, value, points: { show: false } },
      ],
    };
  }

  function draw(room, pool) {
    const figures = rows(pool), labels = room.dataset;
    room.textContent = "";
    const chart = new uPlot(options(room, labels, figures), figures, room);
    drawn.push({ room, pool, chart });
  }

  function anew() {
    for (const { room, pool, chart } of drawn.splice(0)) { chart.destroy(); draw(room, pool); }
  }

  for (const room of document.querySelectorAll("[data-chart]")) {
    fetched(room.dataset.chart)
      .then((answer) => { const pool = answer.pools[Number(room.dataset.pool)]; if (pool && window.uPlot) { room.hidden = false; draw(room, pool); } })
      .catch(() => { room.hidden = true; });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
  let waiting = 0;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(anew, 150); });
  addEventListener("beforeprint", () => { for (const { chart } of drawn) { chart.setSize({ width: 640, height: 200 }); } });
  addEventListener("afterprint", anew);
})();
