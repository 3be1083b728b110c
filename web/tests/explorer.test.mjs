// The explorer in a browser: it opens from a server and from disk, its answer follows what is
// turned and is the command's, and everybody can read and reach it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { keyboardOrder, overflow, smallestText, startBrowser, weakTexts } from "./browser.mjs";
import {
  commandSplits,
  drawn,
  lacking,
  press,
  ran,
  ready,
  servedExplorer,
  shownSplits,
  type,
  writtenExplorer,
} from "./explorer_rig.mjs";

let browser;
let explorer;
before(async () => {
  if (lacking) return;
  explorer = writtenExplorer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  explorer?.remove();
});

async function opened(fragment = "", settings = {}) {
  const page = await browser.open(`file://${explorer.page}${fragment}`, { settings });
  await ready(page);
  return page;
}

const assertSame = async (page) =>
  assert.deepEqual(await shownSplits(page), await commandSplits(page, explorer.folder));

test("opens from palsim explore, which ends with Ctrl-C", { skip: lacking }, async () => {
  const server = await servedExplorer();
  try {
    assert.match(server.line, /^http:\/\/127\.0\.0\.1:\d+\/ .*\n$/);
    const page = await browser.open(server.address);
    await ready(page);
    assert.deepEqual(page.problems, []);
    assert.deepEqual(
      page.requests.filter((url) => url.startsWith("http")),
      [server.address],
    );
    await assertSame(page);
    await page.close();
  } finally {
    assert.equal(await server.stop(), 0);
  }
});

test(
  "opens from disk, asks for nothing else, and shows what the command says",
  { skip: lacking },
  async () => {
    const page = await opened();
    assert.deepEqual(page.problems, []);
    assert.deepEqual(
      page.requests.filter((url) => !url.startsWith("data:")),
      [`file://${explorer.page}`],
    );
    await assertSame(page);
  },
);

test(
  "the answer follows every slider, by keys, and equals the command's",
  { skip: lacking },
  async () => {
    const page = await opened("#workers=16");
    const sliders = await page.$$eval("input[type=range]", (all) =>
      all.filter((slider) => slider.offsetParent).map(({ id }) => id),
    );
    assert.deepEqual(sliders, [
      "workers",
      "bandwidth",
      "latency",
      "batch",
      "step_time",
      "jitter",
      "H",
      "p",
      "steps",
    ]);
    for (const id of sliders) {
      const before = await shownSplits(page);
      const command = await page.textContent("#command");
      await press(page, id, ["PageDown", "ArrowRight"]);
      assert.notEqual(await page.textContent("#command"), command, id);
      assert.notDeepEqual(await shownSplits(page), before, id);
      await assertSame(page);
    }
    assert.deepEqual(page.problems, []);
  },
);

test("the answer follows the pointer, the model and the cluster", { skip: lacking }, async () => {
  const page = await opened();
  const box = await page.locator("#bandwidth").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
  await page.mouse.up();
  await drawn(page);
  assert.match(await page.textContent("#command"), /fabric\.bandwidth=/);
  await assertSame(page);
  await page.selectOption("#model", "resnet50");
  await drawn(page);
  assert.match(await page.textContent("#command"), /--set model=resnet50/);
  await assertSame(page);
  const clusters = await page.$$eval("#cluster option", (all) => all.map(({ value }) => value));
  for (const cluster of clusters) {
    await page.selectOption("#cluster", cluster);
    await drawn(page);
    assert.equal(await page.textContent("#complaint"), "", cluster);
    await assertSame(page);
  }
});

test(
  "links in a node are turned by a factor, and not where collectives are measured",
  { skip: lacking },
  async () => {
    const page = await opened("#cluster=v100_nvlink_x8");
    assert.equal(await page.isVisible("#bandwidth"), false);
    await press(page, "bandwidth_factor", ["Home"]);
    assert.match(await page.textContent("#command"), /transport\.bandwidth_factor=0\.01$/);
    await assertSame(page);
    await page.selectOption("#cluster", "two_cores");
    await drawn(page);
    assert.equal(await page.isVisible("#bandwidth_factor"), false);
    assert.equal(await page.isVisible("#joined-as-measured"), true);
  },
);

test(
  "the step time that is the model's own is the one that the command finds",
  { skip: lacking },
  async () => {
    const page = await opened("#step_time=50&jitter=0");
    await press(page, "step_time", ["ArrowRight"]);
    await page.click("[data-control=step_time] .back");
    await drawn(page);
    const shown = await page.inputValue("#step_time-value");
    const { stdout } = await ran(page, explorer.folder);
    const [, told] = stdout.match(/\((\S+) ms each\)/);
    assert.ok(Math.abs(shown / told - 1) < 0.005, `${shown} ms, the command says ${told} ms`);
  },
);

test(
  "of many moves between two frames the last one counts, and one prediction is made",
  { skip: lacking },
  async () => {
    const page = await opened();
    const draws = await page.evaluate(
      () =>
        new Promise((resolve) => {
          let draws = 0;
          new MutationObserver((records) => {
            draws += records.length;
          }).observe(document.getElementById("bars"), { childList: true });
          const slider = document.getElementById("H");
          for (let i = 0; i <= 40; ++i) {
            slider.value = i;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
          }
          requestAnimationFrame(() =>
            requestAnimationFrame(() => setTimeout(() => resolve(draws))),
          );
        }),
    );
    assert.equal(draws, 1);
    const H = await page.inputValue("#H-value");
    assert.match(await page.textContent("#command"), new RegExp(`palsgd\\.sync_interval=${H}$`));
    await assertSame(page);
  },
);

test(
  "a bad value shows the command's line at its control, and the last good picture stays",
  { skip: lacking },
  async () => {
    const page = await opened("#bandwidth=25");
    const before = await shownSplits(page);
    const command = await page.textContent("#command");
    for (const [id, text, key] of [
      ["workers", "-3", "workers"],
      ["jitter", "much", "compute.jitter"],
      ["H", "0", "method.local_sgd.sync_interval"],
      ["p", "1.5", "method.palsgd.mix_probability"],
      ["steps", "<script>", "steps"],
    ]) {
      await type(page, id, text);
      const line = await page.textContent(`#${id}-complaint`);
      const refused = await ran(page, explorer.folder, ` --set '${key}=${text}'`, command);
      assert.equal(refused.status, 2);
      assert.equal(`${line}\n`, refused.stderr);
      assert.equal(await page.getAttribute(`#${id}-value`, "aria-invalid"), "true");
      assert.deepEqual(await shownSplits(page), before);
      assert.equal(await page.textContent("#command"), command);
      await page.click(`[data-control=${id}] .back`);
      await drawn(page);
      assert.equal(await page.textContent(`#${id}-complaint`), "");
      assert.deepEqual(await shownSplits(page), before);
    }
    assert.deepEqual(page.problems, []);
  },
);

test("what would keep the page busy for long is refused at once", { skip: lacking }, async () => {
  const page = await opened();
  const before = await shownSplits(page);
  await type(page, "workers", "100000");
  assert.match(
    await page.textContent("#workers-complaint"),
    /^--set workers=100000: .* run the command$/,
  );
  assert.deepEqual(await shownSplits(page), before);
  await type(page, "workers", "2000");
  await type(page, "steps", "10001");
  assert.match(
    await page.textContent("#steps-complaint"),
    /^--set steps=10001: .* run the command$/,
  );
  await press(page, "workers", ["Home"]);
  assert.equal(await page.textContent("#steps-complaint"), "");
  assert.deepEqual(page.problems, []);
});

test(
  "what does not fit its device, and what never synchronizes, is said as the command says it",
  { skip: lacking },
  async () => {
    for (const fragment of [
      "",
      "#batch=512",
      "#cluster=two_cores",
      "#steps=20&H=32",
      "#workers=1&steps=9",
      "#batch=256&model=bert_base&workers=8",
    ]) {
      const page = await opened(fragment);
      const { stderr } = await ran(page, explorer.folder);
      const labels = (line, pattern) => line.match(pattern)?.[1].split(", ") ?? [];
      const doubts = await page.textContent("#doubts");
      const all = (pattern) => [...stderr.matchAll(pattern)].map(([, label]) => label);
      assert.deepEqual(labels(doubts, /fit: (.*?) \(/), all(/: (\S+) needs /g), fragment);
      assert.deepEqual(
        labels(doubts, /meets another: (.*?) \(/),
        all(/with (\S+) no worker/g),
        fragment,
      );
      await page.close();
    }
  },
);

test(
  "another unit may be typed, and a slider's own value is one click away",
  { skip: lacking },
  async () => {
    const page = await opened();
    await type(page, "bandwidth", "800 Mbit/s");
    assert.equal(await page.inputValue("#bandwidth-value"), "0.8");
    await type(page, "bandwidth", "25GB/s");
    assert.equal(await page.inputValue("#bandwidth-value"), "200");
    assert.match(await page.textContent("#command"), /fabric\.bandwidth=200Gbit\/s$/);
    await page.click("[data-control=bandwidth] .back");
    await drawn(page);
    assert.equal(await page.inputValue("#bandwidth-value"), "9.53");
    assert.equal(await page.textContent("#command"), "palsim predict explorer.toml");
  },
);

test(
  "a decimal comma is one, and a comma that may part thousands is refused",
  { skip: lacking },
  async () => {
    const page = await opened();
    for (const [typed, taken] of [
      ["2,5", "2.5"],
      ["1,25 GB/s", "10"],
      ["12,5Gbit/s", "12.5"],
    ]) {
      await type(page, "bandwidth", typed);
      assert.equal(await page.inputValue("#bandwidth-value"), taken);
      assert.equal(await page.textContent("#bandwidth-complaint"), "");
    }
    const command = await page.textContent("#command");
    for (const typed of ["1,000", "1,000 Gbit/s", "1,000,000", "1,2,3"]) {
      await type(page, "bandwidth", typed);
      assert.match(
        await page.textContent("#bandwidth-complaint"),
        /^--set cluster\.fabric\.bandwidth=1,/,
      );
      assert.equal(await page.textContent("#command"), command);
    }
  },
);

test(
  "the sentence says what the bars say, and of a tie no advantage",
  { skip: lacking },
  async () => {
    const several = await opened("#workers=16&jitter=0");
    assert.match(
      await several.textContent("#verdict"),
      /^\S+ is \S+ times as fast as ddp: .* for 1000 steps\. Communication takes .* of ddp's time, /,
    );
    const alone = await opened("#workers=1&jitter=0&p=0");
    assert.match(
      await alone.textContent("#verdict"),
      /^No method is faster than ddp: \S+ \S+ for 1000 steps\.$/,
    );
  },
);

test("the link restores what was turned", { skip: lacking }, async () => {
  const page = await opened();
  await page.selectOption("#cluster", "t4_pcie_x4_multi_node");
  await drawn(page);
  await type(page, "workers", "96");
  await press(page, "H", ["End"]);
  await page.waitForFunction(() => location.hash.includes("H="));
  const other = await opened(new URL(page.url()).hash);
  assert.equal(await other.textContent("#command"), await page.textContent("#command"));
  assert.match(await other.textContent("#command"), /cluster\.nodes=24 --set workers=96/);
  assert.deepEqual(await shownSplits(other), await shownSplits(page));
  assert.equal(await other.inputValue("#workers"), await page.inputValue("#workers"));
  await other.click("#all-back");
  await other.waitForFunction(() => !location.hash.includes("workers"));
  assert.equal(await other.inputValue("#cluster"), "t4_pcie_x4_multi_node");
  assert.equal(await other.inputValue("#workers-value"), "64");
});

test(
  "a link with nonsense in it is refused in the command's words",
  { skip: lacking },
  async () => {
    const page = await opened("#cluster=nowhere&workers=%3Cimg%20src=x%20onerror=alert(1)%3E");
    assert.match(
      await page.textContent("#complaint"),
      /^--set cluster=nowhere: 'nowhere' is not in/,
    );
    assert.deepEqual(page.problems, []);
  },
);

test("the tabulator key reaches everything, with a ring around it", { skip: lacking }, async () => {
  const page = await opened("#workers=64&step_time=50");
  await page.evaluate(() => {
    document.querySelector("details").open = true;
  });
  const wanted = await page.$$eval(
    "button:enabled, input, select, summary, a[href], [tabindex='0']",
    (all) => all.filter((element) => element.offsetParent).length,
  );
  const reached = await keyboardOrder(page);
  assert.equal(reached.length, wanted);
  assert.deepEqual(
    reached.filter(({ ring }) => !ring),
    [],
  );
});

test(
  "every control has a name, and sliders say their value with its unit",
  { skip: lacking },
  async () => {
    const page = await opened();
    await press(page, "bandwidth", ["End"]);
    assert.equal(await page.getAttribute("#bandwidth", "aria-valuetext"), "1600 Gbit/s");
    const names = (role) =>
      page
        .getByRole(role)
        .evaluateAll((all) =>
          all.map((one) => one.getAttribute("aria-label") ?? one.labels[0]?.textContent),
        );
    assert.deepEqual(await names("slider"), [
      "Workers",
      "Bandwidth per node",
      "Uplink latency",
      "Samples per worker",
      "Step time",
      "Jitter",
      "Sync interval H",
      "Mixing probability p",
      "Steps",
    ]);
    assert.deepEqual((await names("textbox")).slice(0, 3), [
      "Workers",
      "Bandwidth per node, in Gbit/s",
      "Uplink latency, in µs",
    ]);
  },
);

for (const theme of ["light", "dark"]) {
  test(
    `texts have contrast in the ${theme} theme, with a complaint, too`,
    { skip: lacking },
    async () => {
      const page = await opened("#workers=8", { theme });
      await page.click("summary");
      await type(page, "H", "0");
      assert.deepEqual(await weakTexts(page), []);
      assert.ok((await smallestText(page))[0] >= 12);
    },
  );
}

test(
  "390 pixels are enough, and the bars stay in sight while sliders move",
  { skip: lacking },
  async () => {
    const page = await opened("#workers=64", { viewport: { width: 390, height: 844 } });
    await page.click("summary");
    await type(
      page,
      "steps",
      "some very long text without an end, or so it seems to those who wait",
    );
    assert.equal(await overflow(page), 0);
    await page.locator("#p").scrollIntoViewIfNeeded();
    assert.ok((await page.locator("#bars").boundingBox()).y >= 0);
    assert.ok((await page.locator("#bars").boundingBox()).height < 844 / 3);
    await press(page, "p", ["End"]);
    const slider = await page.locator("#p").boundingBox();
    const bars = await page.locator("#bars").boundingBox();
    assert.ok(slider.y >= bars.y + bars.height, "the bars hide the slider that has the focus");
  },
);

test(
  "how long a move takes to show, for 64 workers and 1 000 steps",
  { skip: lacking },
  async (context) => {
    const page = await opened("#workers=64");
    const client = await page.context().newCDPSession(page);
    await client.send("Performance.enable", { timeDomain: "threadTicks" });
    const busy = async () =>
      (await client.send("Performance.getMetrics")).metrics.find(
        ({ name }) => name === "TaskDuration",
      ).value;
    const before = await busy();
    const times = await page.evaluate(async () => {
      const slider = document.getElementById("p");
      const times = [];
      for (let i = 5; i < 45; ++i) {
        const begin = performance.now();
        slider.value = i;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        times.push(performance.now() - begin);
      }
      return times.sort((a, b) => a - b);
    });
    const each = (1000 * ((await busy()) - before)) / times.length;
    context.diagnostic(
      `from input to picture: ${each.toFixed(1)} ms of the page's processor time; ` +
        `on the clock, with what else runs here: least ${times[0].toFixed(1)}, ` +
        `median ${times[times.length / 2].toFixed(1)} ms`,
    );
    await assertSame(page);
  },
);
