// The timeline's canvas: axis, a row per track, the cursor. Rows share the height there is, so that
// every worker is seen, if only as a line; names stand beside as many rows as there is room for.
"use strict";

function paintTimeline(state) {
  const { canvas, tracks, plot, cursor } = state;
  const ratio = devicePixelRatio || 1;
  state.width = plot.clientWidth;
  if (!state.width) return;
  state.height = Math.min(
    TIMELINE.tallest,
    TIMELINE.most / tracks.length,
    Math.max(1, TIMELINE.fits / tracks.length),
  );
  state.scale = timeScale(state);
  const height = Math.ceil(TIMELINE.axis + state.height * tracks.length + 2);
  if (canvas.width !== Math.round(state.width * ratio) || canvas.height !== height * ratio) {
    canvas.width = Math.round(state.width * ratio);
    canvas.height = height * ratio;
    canvas.style.height = `${height}px`;
  }
  const paint = canvas.getContext("2d", { alpha: false });
  paint.setTransform(ratio, 0, 0, ratio, 0, 0);
  paint.fillStyle = themeColor("paper");
  paint.fillRect(0, 0, state.width, height);
  paint.font = '12px system-ui, "Liberation Sans", sans-serif';
  paint.textBaseline = "middle";
  paintAxis(state, paint, height);
  paintRowNames(state, paint);
  paint.save();
  paint.beginPath();
  paint.rect(TIMELINE.gutter, 0, state.width, height);
  paint.clip();
  paintSegments(state, paint);
  if (cursor) {
    const [, begin, length] = tracks[cursor.track].segments[cursor.index];
    const left = state.scale(begin - state.shown.begin_ns);
    paint.strokeStyle = themeColor("focus");
    paint.lineWidth = 2;
    paint.strokeRect(
      left,
      TIMELINE.axis + cursor.track * state.height,
      Math.max(2, state.scale(begin - state.shown.begin_ns + length) - left),
      state.height - 1,
    );
  }
  paint.restore();
}

function paintAxis({ scale, width, shown }, paint, height) {
  const [from, to] = scale.domain();
  const [name, unit] = timeUnit(Math.max(to / 1e9, (shown.end_ns - shown.begin_ns) / 1e10));
  const inUnit = scale.copy().domain([from / 1e9 / unit, to / 1e9 / unit]);
  const count = Math.max(2, width / 110);
  const format = inUnit.tickFormat(count);
  paint.fillStyle = themeColor("muted");
  paint.strokeStyle = themeColor("line");
  paint.lineWidth = 1;
  paint.beginPath();
  for (const tick of inUnit.ticks(count)) {
    const x = Math.round(inUnit(tick)) + 0.5;
    const text = `${format(tick)} ${name}`;
    paint.moveTo(x, TIMELINE.axis - 5);
    paint.lineTo(x, height);
    if (x + 4 + paint.measureText(text).width < width)
      paint.fillText(text, x + 4, TIMELINE.axis / 2 - 1);
  }
  paint.stroke();
  paint.fillText("worker", 0, TIMELINE.axis / 2 - 1);
}

function paintRowNames({ tracks, height }, paint) {
  // 1, 2, 4, ... rows to a name.
  const every = 2 ** Math.max(0, Math.ceil(Math.log2(13 / height)));
  paint.textAlign = "right";
  tracks.forEach(({ rank }, row) => {
    if (rank >= 0 && rank % every !== 0) return;
    const y = TIMELINE.axis + row * height + Math.max(height / 2, 6);
    paint.fillText(rank < 0 ? "wire" : rank, TIMELINE.gutter - 8, y);
  });
  paint.textAlign = "left";
}

function paintSegments({ tracks, height, scale, shown, width }, paint) {
  const [from, to] = scale.domain().map((time) => time + shown.begin_ns);
  const fills = ACTIVITIES.map((name) => activityFill(name, height, paint));
  const tall = height > 5 ? height - 2 : height > 2 ? height - 0.5 : height;
  const left = TIMELINE.gutter;
  const perTime = (width - left) / (to - from);
  const writing = height >= 16;
  const inks = ACTIVITIES.map((name) => themeColor(`on-${name === "compute" ? "gradient" : name}`));
  tracks.forEach(({ segments }, row) => {
    const y = TIMELINE.axis + row * height;
    for (let i = segmentAt(segments, from); i < segments.length; ++i) {
      const [activity, begin, length, steps] = segments[i];
      if (begin > to) break;
      const x = left + (begin - from) * perTime;
      const wide = length * perTime;
      paint.fillStyle = fills[activity];
      // A gap of half a pixel tells segments apart, where there is room for one.
      paint.fillRect(x, y, wide > 3 ? wide - 0.5 : Math.max(wide, 0.7), tall);
      if (writing && wide > 44) {
        paint.fillStyle = inks[activity];
        paintName(
          paint,
          ACTIVITIES[activity],
          steps,
          Math.max(x, left),
          y + tall / 2,
          Math.min(x + wide, width) - Math.max(x, left),
        );
      }
    }
  });
}

function paintName(paint, name, steps, x, y, room) {
  const texts = steps ? [`${name}, ${counted(steps, "step")}`, name] : [name];
  const text = texts.find((text) => text.length * 6.2 + 10 < room);
  if (text) paint.fillText(text, x + 5, y);
}

function activityFill(name, height, paint) {
  if (name === "compute") return themeColor("gradient");
  if (name !== "waiting" || height < 6) return themeColor(name);
  const tile = element("canvas", { width: 6, height: 6 });
  const hatch = tile.getContext("2d");
  hatch.fillStyle = themeColor("waiting");
  hatch.fillRect(0, 0, 6, 6);
  hatch.strokeStyle = themeColor("waiting-line");
  for (const shift of [-6, 0, 6]) {
    hatch.moveTo(shift - 1, 7);
    hatch.lineTo(shift + 7, -1);
  }
  hatch.stroke();
  return paint.createPattern(tile, "repeat");
}
