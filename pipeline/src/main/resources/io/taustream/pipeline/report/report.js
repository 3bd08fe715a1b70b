"use strict";
(() => {
  const page = JSON.parse(document.getElementById("data").textContent);
  const root = document.getElementById("report");
  const NONE = "–";
  const redraws = [];

  // Small pieces ------------------------------------------------------------------------------

  /** An element; children may be nodes or text, which is never read as HTML. */
  function el(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const known = (value) => typeof value === "number" && Number.isFinite(value);
  const format = (digits) => (value) =>
    known(value)
      ? value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
      : NONE;
  const whole = format(0);
  const four = format(4);
  const percent = (value) => (known(value) ? format(2)(100 * value) + " %" : NONE);
  const short = (value) => (known(value) ? String(Number(value.toPrecision(4))) : NONE);
  const clock = (seconds) => {
    if (!known(seconds)) return NONE;
    const s = Math.round(seconds);
    const two = (n) => String(n).padStart(2, "0");
    return s < 3600
      ? `${Math.floor(s / 60)}:${two(s % 60)}`
      : `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  };

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /** Luminance of an sRGB colour, as WCAG 2 defines it. */
  function luminance(rgb) {
    const [r, g, b] = rgb.map((c) => (c <= 10.31475 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  const coloured = [];

  /** A cell coloured by a depth from 0 to 1: of `hit` or of `miss`. */
  function toned(cell, name, depth) {
    coloured.push([cell, name, depth]);
    return cell;
  }

  /** Writes on coloured cells in whichever of black and white is read better. */
  function colour() {
    const page = style("--page");
    const ground = [1, 3, 5].map((i) => parseInt(page.slice(i, i + 2), 16));
    const tones = Object.fromEntries(["hit", "miss"].map((name) => [name, style(`--${name}`).split(",").map(Number)]));
    for (const [cell, name, depth] of coloured) {
      const tone = tones[name];
      const light = luminance(ground.map((g, i) => g + depth * (tone[i] - g)));
      cell.style.background = `rgba(${tone.join(", ")}, ${depth.toFixed(3)})`;
      // Contrast to white is 1.05 / (light + 0.05), to black (light + 0.05) / 0.05.
      cell.style.color = light + 0.05 < Math.sqrt(1.05 * 0.05) ? "#fff" : "#000";
    }
  }

  redraws.push(colour);

  /** A wide thing that scrolls by itself, by keyboard too. */
  function scroll(name, ...children) {
    return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, ...children);
  }

  /** A table whose first column names its rows. Cells are text or {text, best}. */
  function table(caption, head, rows, textColumns = [], captionClass = "") {
    const kind = (i) => (textColumns.includes(i) ? { class: "text" } : {});
    return scroll(
      caption,
      el(
        "table",
        { class: "data" },
        el("caption", { class: captionClass }, caption),
        el("thead", {}, el("tr", {}, ...head.map((h, i) => el("th", { scope: "col", ...kind(i) }, h)))),
        el(
          "tbody",
          {},
          ...rows.map((row) =>
            el(
              "tr",
              {},
              ...row.map((cell, i) => {
                const value = cell instanceof Object ? cell : { text: cell };
                if (i === 0) return el("th", { scope: "row" }, value.text);
                return el("td", value.best ? { class: "best", title: "best of the students" } : kind(i), value.text);
              })
            )
          )
        )
      )
    );
  }

  function section(title, ...children) {
    root.append(el("section", {}, el("h2", {}, title), ...children));
  }

  // Charts ------------------------------------------------------------------------------------

  /** At most `count` places of a column, evenly spread, the first and the last among them. */
  function spread(length, count) {
    if (length <= count) return Array.from({ length }, (_, i) => i);
    return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
  }

  /** One sentence about each line, for whoever does not see the curves. */
  function describe(x, series) {
    return series
      .filter((line) => !line.constant)
      .map((line) => {
        const places = line.values.map((_, i) => i).filter((i) => known(line.values[i]));
        if (!places.length) return null;
        const at = (i) => `${line.format(line.values[i])} at ${x.name} ${x.format(x.values[i])}`;
        const first = places[0];
        const last = places[places.length - 1];
        return first === last ? `${line.label}: ${at(first)}.` : `${line.label}: ${at(first)}, ${at(last)}.`;
      })
      .concat(series.filter((l) => l.constant).map((l) => `${l.label}: ${l.format(l.values[0])}.`))
      .filter(Boolean)
      .join(" ");
  }

  /** A line's number at a place, with its deviation where it has one. */
  function say(line, i) {
    const deviation = line.deviations && line.deviations[i];
    return line.format(line.values[i]) + (known(deviation) ? ` ± ${line.format(deviation)}` : "");
  }

  /** The lowest or highest place of a line's band. */
  const edge = (line, i, sign) => line.values[i] + sign * ((line.deviations && line.deviations[i]) || 0);

  /** Fills mean ± deviation behind the lines that are shown. */
  function bands(u, x, lines) {
    const ctx = u.ctx;
    ctx.save();
    ctx.beginPath();
    ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    ctx.clip();
    ctx.globalAlpha = 0.16;
    lines.forEach((line, n) => {
      if (!line.deviations || !u.series[n + 1].show) return;
      const places = line.values.map((_, i) => i).filter((i) => known(line.values[i]) && known(line.deviations[i]));
      if (places.length < 2) return;
      const point = (i, sign) => [u.valToPos(x.values[i], "x", true), u.valToPos(edge(line, i, sign), "y", true)];
      ctx.beginPath();
      places.forEach((i) => ctx.lineTo(...point(i, 1)));
      places.reverse().forEach((i) => ctx.lineTo(...point(i, -1)));
      ctx.closePath();
      ctx.fillStyle = style(`--line-${line.color}`);
      ctx.fill();
    });
    ctx.restore();
  }

  /** A range of the y axis that holds the bands too. */
  const around = (lines) => (u) => {
    const shown = lines.filter((_, n) => u.series[n + 1].show);
    const edges = shown.flatMap((line) => line.values.flatMap((v, i) => (known(v) ? [edge(line, i, -1), edge(line, i, 1)] : [])));
    return edges.length ? uPlot.rangeNum(Math.min(...edges), Math.max(...edges), 0.1, true) : [0, 1];
  };

  /**
   * A figure with curves. x: {name, values, format}; series: [{label, values, format, color,
   * dash, constant, deviations}]; axis: how the numbers beside the y axis are written.
   */
  function chart(title, x, series, axis, range) {
    const lines = series.filter((line) => line.values.some(known));
    if (!x.values.length || !lines.length) return null;
    const text = describe(x, lines);
    const plot = el("div", { class: "plot", role: "img", "aria-label": title });
    const rows = spread(x.values.length, 40).map((i) => [
      x.format(x.values[i]),
      ...lines.map((line) => say(line, i)),
    ]);
    const figure = el(
      "figure",
      {},
      el("h3", {}, title),
      plot,
      el("figcaption", { class: "unseen" }, text),
      el("details", {}, el("summary", {}, "Numbers"), table(title, [x.name, ...lines.map((l) => l.label)], rows, [], "unseen"))
    );

    // Without a pointer over the plot, the legend says where each curve ended.
    const ends = [x.values.length - 1, ...lines.map((line) => line.values.findLastIndex(known))];
    const last = (u) => u.cursor.left >= 0 || u.setLegend({ idxs: ends });
    let drawn = null;
    const draw = () => {
      if (drawn) drawn.destroy();
      const faint = style("--faint");
      const rule = style("--rule");
      const few = x.values.length <= 40;
      const side = { stroke: faint, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 } };
      drawn = new uPlot(
        {
          width: Math.max(plot.clientWidth, 200),
          height: 260,
          scales: { x: { time: false }, y: range ? { range } : lines.some((line) => line.deviations) ? { range: around(lines) } : {} },
          axes: [
            { ...side, label: x.name, labelSize: 22, size: 34, values: (_, ticks) => ticks.map((v) => x.tick(v)), incrs: x.incrs },
            { ...side, size: 62, values: (_, ticks) => ticks.map(axis) },
          ],
          hooks: { setCursor: [last], drawAxes: [(u) => bands(u, x, lines)] },
          legend: { markers: { dash: (_, i) => (lines[i - 1].dash ? "dashed" : "solid") } },
          series: [
            { label: x.name, value: (_, v) => x.format(v) },
            ...lines.map((line) => ({
              label: line.label,
              stroke: style(`--line-${line.color}`),
              width: 2,
              dash: line.dash,
              spanGaps: true,
              points: { show: few && !line.constant, size: 5 },
              value: (_, v, s, i) => (known(v) && known(i) ? say(line, i) : line.format(v)),
            })),
          ],
        },
        [x.values, ...lines.map((line) => line.values)],
        plot
      );
      last(drawn);
    };
    redraws.push(draw);
    new ResizeObserver(() => {
      if (drawn && plot.clientWidth) drawn.setSize({ width: plot.clientWidth, height: 260 });
    }).observe(plot);
    return figure;
  }

  function charts(...figures) {
    const shown = figures.filter(Boolean);
    return shown.length ? el("div", { class: "charts" }, ...shown) : null;
  }

  const tickWhole = (value) => (Number.isInteger(value) ? whole(value) : "");
  const bySteps = (run) => ({ name: "step", values: run.steps.step.map(Math.round), format: whole, tick: tickWhole });
  const byEpochs = (values) => ({ name: "epoch", values, format: whole, tick: tickWhole, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] });
  const bySeconds = (run) => ({
    name: "running time (min:s)",
    values: run.stages.seconds,
    format: clock,
    tick: clock,
    incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400],
  });
  const shares = (value) => (known(value) ? String(Number((100 * value).toFixed(2))) + " %" : "");

  /** Dashes tell lines apart where colours do not. */
  const DASHES = [undefined, [10, 4], [3, 3], [12, 4, 3, 4], [6, 6], [2, 5]];
  const nth = (i) => ({ color: (i % 6) + 1, dash: DASHES[(i + Math.floor(i / 6)) % DASHES.length] });

  function steady(label, value, length) {
    return { label, values: Array(length).fill(value), format: percent, color: 0, dash: [6, 5], constant: true };
  }

  // Sections ----------------------------------------------------------------------------------

  const RESULTS = [
    ["top-1", "top1", percent, 1],
    ["top-5", "top5", percent, 1],
    ["NLL", "nll", four, -1],
    ["ECE", "ece", four, -1],
    ["agreement", "agreement", percent, 1],
    ["Kendall τ-b", "kendall_tau_b", four, 1],
  ];

  function header(title, parts) {
    root.append(el("header", {}, ...parts(el("h1", {}, title))));
    document.title = `${title} · Taustream`;
  }

  const when = (date) => {
    const text = new Date(date).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
    return el("time", { datetime: date }, `${text} UTC`);
  };

  function badge(state) {
    return el("span", { class: `state state-${state.toLowerCase()}` }, state.toLowerCase());
  }

  function results(caption, rows) {
    const students = rows.filter((row) => row.student);
    const cells = (row) =>
      RESULTS.map(([, field, write, sign]) => {
        const value = row.numbers ? row.numbers[field] : null;
        const rivals = students.map((s) => (s.numbers ? s.numbers[field] : null)).filter(known);
        const ranks = rivals.map((rival) => sign * rival);
        const differ = Math.max(...ranks) > Math.min(...ranks);
        const best = row.student && differ && known(value) && sign * value === Math.max(...ranks);
        return { text: write(value), best };
      });
    return table(caption, ["model", ...RESULTS.map(([name]) => name)], rows.map((row) => [row.name, ...cells(row)]));
  }

  function lossCharts(run) {
    const x = bySteps(run);
    const terms = Object.entries(run.steps.terms);
    const total = { label: "loss", values: run.steps.loss, format: four, ...nth(0) };
    const parts = terms.length > 1 ? terms.map(([name, values], i) => ({ label: name, values, format: four, ...nth(i + 1) })) : [];
    const rate = { label: "learning rate", values: run.steps.learning_rate, format: short, ...nth(0) };
    return [chart("Training loss, and its terms before their weights", x, [total, ...parts], short), chart("Learning rate", x, [rate], short)];
  }

  function epochCharts(run) {
    const x = byEpochs(run.epochs.map((e) => e.epoch + 1));
    const column = (label, field, write, i) => ({ label, values: run.epochs.map((e) => e[field]), format: write, ...nth(i) });
    const top1 = [column("test", "test_top1", percent, 0)];
    if (run.teacher && known(run.teacher.top1)) top1.push(steady("teacher, test", run.teacher.top1, x.values.length));
    return [
      chart("Top-1", x, top1, shares),
      chart("Negative log-likelihood", x, [column("test", "test_nll", four, 0)], short),
    ];
  }

  function stageCharts(run) {
    const x = bySeconds(run);
    const lines = (columns, write) => Object.entries(columns).map(([name, values], i) => ({ label: name, values, format: write, ...nth(i) }));
    return [
      chart("Images per second of each stage", x, lines(run.stages.images_per_second, whole), whole, (_, low, high) => [0, high * 1.08 || 1]),
      chart("Busy share of each stage", x, lines(run.stages.busy_share, percent), shares, [0, 1.02]),
    ];
  }

  /** A sentence under a figure's title; no figure stays none. */
  function explained(figure, sentence) {
    if (figure) figure.querySelector("h3").after(el("p", { class: "note" }, sentence));
    return figure;
  }

  const COSINE =
    "At 1 two terms pull the student's logits the same way, at 0 they have nothing to do with each other, below 0 the one undoes what the other does.";

  /** Terms look as they do in the chart of the training loss. */
  function gradientCharts({ ranks, even, early, late, step, cosines, norms }) {
    const byRank = {
      name: "teacher's rank",
      values: ranks.map((_, i) => i),
      format: (i) => ranks[i] ?? NONE,
      tick: (i) => ranks[i] ?? "",
      incrs: [1, 2, 5, 10],
    };
    const x = { name: "step", values: step.map(Math.round), format: whole, tick: tickWhole };
    const lines = (columns, write, name = (key) => key, look = (i) => nth(i + 1)) =>
      Object.entries(columns).map(([key, values], i) => ({ label: name(key), values, format: write, ...look(i) }));
    const equal = { label: "every channel alike", values: even, format: percent, color: 0, dash: [6, 5] };
    const sentence =
      "How much of each term's gradient on the logits falls on the channel that the teacher ranks first, second, and so on; above the dashed line it is more than an equal part.";
    const share = (when, columns) =>
      explained(chart(`Gradient by the teacher's rank, ${when}`, byRank, Object.keys(columns).length ? [...lines(columns, percent), equal] : [], shares), sentence);
    return [
      step.length < 4 ? null : share("first quarter of training", early),
      share("last quarter of training", late),
      explained(
        chart("Cosine between the terms' gradients", x, lines(cosines, format(3), (pair) => pair.replace("/", " · "), nth), short, [-1.05, 1.05]),
        COSINE
      ),
      explained(
        chart("Norm of the terms' gradients, with their weights", x, lines(norms, short), short, (_, low, high) => [0, high * 1.08 || 1]),
        "The term with the largest norm decides where the student goes; one that lies near zero changes nothing."
      ),
    ];
  }

  function driftChart({ epoch, turned_wrong, turned_right, kl_fell, samples }) {
    const line = (label, values, i) => ({ label, values, format: percent, ...nth(i) });
    const figure = explained(
      chart(
        "Nearer to the teacher, yet wrong",
        byEpochs(epoch.map((e) => e + 1)),
        [line("turned wrong", turned_wrong, 1), line("turned right", turned_right, 2)],
        shares,
        (_, low, high) => [0, high * 1.08 || 1]
      ),
      "Of the test samples whose KL to the teacher fell since the evaluation before: the share whose prediction turned from right to wrong, and from wrong to right."
    );
    if (figure) {
      const rows = epoch.map((e, i) => [whole(e + 1), whole(samples[i]), whole(kl_fell[i]), percent(turned_wrong[i]), percent(turned_right[i])]);
      const name = "Samples behind the shares";
      figure.append(el("details", {}, el("summary", {}, name), table(name, ["epoch", "samples", "KL fell", "turned wrong", "turned right"], rows, [], "unseen")));
    }
    return figure;
  }

  /** With more classes than this a matrix cannot be read any more; the mistakes remain. */
  const MOST_CLASSES = 200;

  /** The matrix as a table: blue where right, orange where wrong, darker for more of the row. */
  function confusion(matrix, names) {
    const size = matrix.length;
    const dense = size > 20;
    const name = (i) => (names.length === size ? names[i] : String(i));
    const rowSum = matrix.map((row) => row.reduce((a, b) => a + b, 0));
    const cell = (i, j) => {
      const count = matrix[i][j];
      const share = rowSum[i] ? count / rowSum[i] : 0;
      // Errors are rare: the root makes them visible.
      const depth = i === j ? share : Math.sqrt(share);
      const td = el("td", { title: `${name(i)} taken for ${name(j)}: ${count} of ${rowSum[i]}` });
      if (!dense) td.append(count ? whole(count) : "");
      return toned(td, i === j ? "hit" : "miss", depth);
    };
    const caption = "Rows: the true class. Columns: what the student says. Blue is right, orange is wrong.";
    const pairs = [];
    matrix.forEach((row, i) => row.forEach((count, j) => i !== j && count && pairs.push([count, i, j])));
    pairs.sort((a, b) => b[0] - a[0]);
    const worst = pairs.slice(0, 10).map(([count, i, j]) => [name(i), name(j), whole(count), percent(count / rowSum[i])]);
    const heat = () => {
      const head = matrix.map((_, j) => el("th", { scope: "col", class: "turned" }, el("span", {}, name(j))));
      const body = matrix.map((row, i) => el("tr", {}, el("th", { scope: "row" }, name(i)), ...row.map((_, j) => cell(i, j))));
      return el(
        "table",
        { class: dense ? "data heat dense" : "data heat" },
        el("caption", {}, caption),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "true class"), ...head)),
        el("tbody", {}, ...body)
      );
    };
    const mistakes = table("The most frequent mistakes", ["true class", "taken for", "samples", "share of the class"], worst, [1]);
    section(
      "Confusion of the student",
      el("div", { class: "beside" }, ...[size <= MOST_CLASSES ? scroll("Confusion matrix", heat()) : null, worst.length ? mistakes : null].filter(Boolean))
    );
  }

  function skipped(run) {
    if (!run.skipped_total) {
      section("Skipped samples", el("p", {}, run.state === "RUNNING" ? "None so far." : "None."));
      return;
    }
    const more = run.skipped_total - run.skipped.length;
    section(
      "Skipped samples",
      el("p", {}, run.skipped_total === 1 ? "One sample could not be used and was left out." : `${whole(run.skipped_total)} samples could not be used and were left out.`),
      table("Skipped samples", ["key", "shard", "place", "reason"], run.skipped.map((s) => [s.key, s.shard, whole(s.ordinal), s.reason]), [1, 3], "unseen"),
      more > 0 ? el("p", { class: "faint" }, `${whole(more)} more are in skipped.jsonl.`) : null
    );
  }

  function configuration(run) {
    return scroll(`Configuration of ${run.run}`, el("pre", {}, el("code", {}, run.configuration)));
  }

  // Pages -------------------------------------------------------------------------------------

  function runPage(run) {
    header(run.run, (h1) => [
      el("div", { class: "title" }, h1, badge(run.state), el("span", { class: "faint" }, when(run.date))),
      el("p", {}, run.summary),
    ]);
    const rows = [];
    if (run.student) rows.push({ name: `student ${run.student.model}`, numbers: run.student, student: true });
    if (run.teacher) rows.push({ name: `teacher ${run.teacher.model}`, numbers: run.teacher });
    if (rows.length) {
      section("Evaluation", results(`On ${whole(rows[0].numbers.samples)} test samples`, rows));
    }
    const curves = charts(...epochCharts(run), ...lossCharts(run));
    if (curves) section("Training", curves);
    const diagnoses = charts(...gradientCharts(run.diagnosis), driftChart(run.diagnosis.drift));
    if (diagnoses) section("What the loss does", diagnoses);
    if (run.stage_means.length) {
      section(
        "Throughput",
        table("Means over the run", ["stage", "images per second", "busy"], run.stage_means.map((s) => [s.stage, whole(s.images_per_second), percent(s.busy_share)])),
        charts(...stageCharts(run))
      );
    }
    if (run.student && run.student.confusion.length) confusion(run.student.confusion, run.class_names);
    skipped(run);
    section("Configuration", configuration(run));
  }

  const COMPARED = [
    ["NLL", "nll", four, -1],
    ["ECE", "ece", four, -1],
    ["agreement", "agreement", percent, 1],
    ["Kendall τ-b", "kendallTauB", four, 1],
  ];

  /** Mean ± deviation; the deviation only where there is one. */
  const plusMinus = (statistics, write) =>
    write(statistics.mean) + (known(statistics.deviation) ? ` ± ${write(statistics.deviation)}` : "");
  const points = (value) => (known(value) ? (value < 0 ? "−" : "+") + format(2)(Math.abs(100 * value)) : NONE);

  /**
   * For each mean whether it is the best; none where they do not differ. A mean over fewer seeds
   * than another's is no rival of it: the seed that is missing may have been the bad one.
   */
  function bestOf(statistics, sign) {
    const most = Math.max(...statistics.map((s) => s.count));
    const rival = (s) => most > 0 && s.count === most && known(s.mean);
    const ranks = statistics.filter(rival).map((s) => sign * s.mean);
    const top = Math.max(...ranks);
    return statistics.map((s) => rival(s) && sign * s.mean === top && top > Math.min(...ranks));
  }

  function compared({ candidates, teachers, seeds, samples }) {
    const several = seeds.length > 1;
    const first = candidates[0];
    const ahead = bestOf(candidates.map((c) => c.statistics.top1), 1);
    const winners = COMPARED.map(([, field, , sign]) => bestOf(candidates.map((c) => c.statistics[field]), sign));
    const done = (c) => {
      const n = c.statistics.top1.count;
      return n === seeds.length ? whole(n) : `${whole(n)} of ${whole(seeds.length)}`;
    };
    const difference = (c) => {
      if (c === first) return "";
      const { count, mean, deviation } = c.differences;
      const pairs = count && count < seeds.length ? ` (${whole(count)} of ${whole(seeds.length)})` : "";
      return points(mean) + (known(deviation) ? ` ± ${format(2)(100 * deviation)}` : "") + pairs;
    };
    const row = (name, seedsDone, value, best, apart, rest) =>
      [name, ...(several ? [seedsDone] : []), value, ...(several ? [best] : []), ...(candidates.length > 1 ? [apart] : []), ...rest];
    const rows = teachers.map((t) =>
      row(`teacher ${t.model}`, "", percent(t.results.top1), "", "", COMPARED.map(([, field, write]) => (known(t.results[field]) ? write(t.results[field]) : "")))
    );
    candidates.forEach((c, i) =>
      rows.push(
        row(
          c.run,
          done(c),
          { text: plusMinus(c.statistics.top1, percent), best: ahead[i] },
          percent(c.best),
          difference(c),
          COMPARED.map(([, field, write], m) => ({ text: write(c.statistics[field].mean), best: winners[m][i] }))
        )
      )
    );
    const over = several
      ? `; means over seeds ${seeds.join(", ")} ± sample deviation; differences are taken seed by seed`
      : `; seed ${seeds[0]}`;
    return table(
      samples ? `On ${whole(samples)} test samples after the last epoch${over}` : "Nothing has been trained to its end yet",
      row("configuration", "seeds", "top-1", "best seed", `points to ${first.run}`, COMPARED.map(([name]) => name)),
      rows
    );
  }

  /**
   * A figure with a curve a configuration, the mean over its seeds, which looks the same in every
   * figure. curvesOf: a configuration's [label, curve]s. more: lines over all places beside these.
   */
  function overlay(title, x, candidates, curvesOf, write, axis, more = []) {
    const all = candidates.flatMap((c, i) =>
      curvesOf(c)
        .filter(([, curve]) => curve.mean.some(known))
        .map(([label, curve]) => [label, curve, nth(i)])
    );
    const places = [...new Set(all.flatMap(([, curve]) => curve.x))].sort((a, b) => a - b);
    const lines = all.map(([label, curve, look]) => {
      const at = new Map(curve.x.map((v, place) => [v, place]));
      const column = (name) => places.map((v) => (at.has(v) ? curve[name][at.get(v)] : null));
      const deviations = column("deviation");
      return { label, values: column("mean"), deviations: deviations.some(known) ? deviations : undefined, format: write, ...look };
    });
    return chart(title, x(places), [...lines, ...more.map((line) => line(places.length))], axis);
  }

  const curve = (name) => (c) => [[c.run, c.curves[name]]];

  /** Where each term's gradient falls, a row a term of a configuration; darker for more. */
  function gradientShares(ranked) {
    const { ranks, even } = ranked[0].diagnosis;
    const cells = (shares) =>
      shares.map((share) => {
        const text = known(share) ? format(1)(100 * share) : NONE;
        return toned(el("td", {}, text), "hit", Math.min(1, Math.sqrt(share || 0)));
      });
    const row = (name, shares) => el("tr", {}, el("th", { scope: "row" }, name), ...cells(shares));
    const rows = ranked.flatMap((c) => Object.entries(c.diagnosis.late).map(([term, shares]) => row(`${c.run}: ${term}`, shares)));
    const caption = "Share of each term's gradient in percent, by the channel's rank in the teacher's order: mean over the last quarter of the steps";
    return scroll(
      "Gradient by teacher rank",
      el(
        "table",
        { class: "data heat shares" },
        el("caption", {}, caption),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "rank"), ...ranks.map((rank) => el("th", { scope: "col" }, rank)))),
        el("tbody", {}, ...rows, row("every channel alike", even))
      )
    );
  }

  /** Configurations whose channels are grouped alike: top-k labels have other groups than dense ones. */
  function byRanks(candidates) {
    const groups = new Map();
    for (const c of candidates.filter((c) => Object.keys(c.diagnosis.late).length)) {
      const ranks = c.diagnosis.ranks.join();
      groups.set(ranks, [...(groups.get(ranks) || []), c]);
    }
    return [...groups.values()];
  }

  function diagnoses(candidates) {
    const places = (values) => ({ name: "step", values, format: whole, tick: tickWhole });
    const pairs = [...new Set(candidates.flatMap((c) => Object.keys(c.diagnosis.cosines)))];
    const cosines = pairs.map((pair, i) => {
      const title = `Cosine between the terms' gradients: ${pair.replace("/", " · ")}`;
      const having = (c) => (c.diagnosis.cosines[pair] ? [[c.run, c.diagnosis.cosines[pair]]] : []);
      const figure = overlay(title, places, candidates, having, format(3), short);
      return i ? figure : explained(figure, COSINE);
    });
    const figures = charts(
      ...cosines,
      explained(
        overlay("Nearer to the teacher, yet wrong", byEpochs, candidates, (c) => [[c.run, c.diagnosis.turned_wrong]], percent, shares),
        "Of the test samples whose KL to the teacher fell since the evaluation before: the share whose prediction turned from right to wrong."
      ),
      explained(
        overlay("Nearer to the teacher, and right", byEpochs, candidates, (c) => [[c.run, c.diagnosis.turned_right]], percent, shares),
        "Of the same samples: the share whose prediction turned from wrong to right."
      )
    );
    return [...byRanks(candidates).map(gradientShares), figures].filter(Boolean);
  }

  function seedRuns({ candidates }) {
    const rows = candidates.flatMap((c) =>
      c.runs.map((run) => {
        const result = (field, write) => (run.state === "DONE" ? write(run.results[field]) : NONE);
        return [c.run, String(run.seed), result("top1", percent), result("nll", four), result("agreement", percent), result("kendallTauB", four), run.state.toLowerCase(), run.folder];
      })
    );
    return table("Every run", ["configuration", "seed", "top-1", "NLL", "agreement", "Kendall τ-b", "state", "folder"], rows, [6, 7]);
  }

  function comparePage(title, comparison) {
    const { candidates, teachers, seeds } = comparison;
    header(title, (h1) => [el("div", { class: "title" }, h1, el("span", { class: "faint" }, when(comparison.date)))]);
    const failures = candidates.flatMap((c) => c.runs.filter((run) => run.failure).map((run) => `${c.run}, seed ${run.seed}, failed: ${run.failure}`));
    section("Evaluation", compared(comparison), ...failures.map((text) => el("p", { class: "failure" }, text)));
    const steadies = teachers.map((t) => (length) => steady(`teacher ${t.model}`, t.results.top1, length));
    const curves = charts(
      overlay("Top-1 on the test data", byEpochs, candidates, curve("test_top1"), percent, shares, steadies),
      overlay("Negative log-likelihood on the test data", byEpochs, candidates, curve("test_nll"), four, short),
      overlay("Training loss, all terms weighted", byEpochs, candidates, curve("loss"), four, short)
    );
    if (curves) {
      section("Training", seeds.length > 1 ? el("p", { class: "faint" }, "Lines are means over the seeds, bands one sample deviation to either side.") : null, curves);
    }
    const found = diagnoses(candidates);
    if (found.length) section("What the losses do", ...found);
    section("Runs", seedRuns(comparison));
    const stages = [...new Set(candidates.flatMap((c) => Object.keys(c.images_per_second)))];
    if (stages.length) {
      section("Throughput", table("Images per second, mean over the runs", ["configuration", ...stages], candidates.map((c) => [c.run, ...stages.map((stage) => whole(c.images_per_second[stage]))])));
    }
    section(
      "Configurations",
      ...candidates.map((c) => el("details", {}, el("summary", {}, `${c.run}: ${c.recipe}`), el("p", { class: "faint" }, c.file), configuration(c)))
    );
  }

  root.querySelector("noscript").remove();
  if (page.kind === "run") runPage(page.run);
  else comparePage(page.title, page.comparison);
  root.append(el("footer", {}, "Made by Taustream. Curves by uPlot (MIT licence)."));

  const drawAll = () => redraws.forEach((draw) => draw());
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
