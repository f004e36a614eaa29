"""Scripts that write down, in a page that plays, what came when: for whoever looks for the cause of a stall."""

from playwright.async_api import Page, Route

TRACE = """() => {
  performance.setResourceTimingBufferSize(100000);
  const traced = window.traced = { appends: [], waits: [], longs: [], buffers: [], said: [] };
  const say = (...words) => { traced.said.push([performance.now(), words.map(String).join(' ')]); };
  for (const name of ['log', 'info', 'warn', 'error']) console[name] = say;
  const add = MediaSource.prototype.addSourceBuffer;
  MediaSource.prototype.addSourceBuffer = function (type) {
    const made = add.call(this, type);
    traced.buffers.push([type, made]);
    made.addEventListener('updateend', () => {
      const { buffered } = made, spans = buffered.length;
      if (spans) traced.appends.push([performance.now(), type.slice(0, 5), buffered.end(spans - 1)]);
    });
    return made;
  };
  const spans = ({ buffered }) => Array.from(buffered, (_, at) => [buffered.start(at), buffered.end(at)]);
  document.addEventListener('waiting', ({ target }) => {
    const { currentTime, readyState, playbackRate } = target;
    const buffers = traced.buffers.map(([type, made]) => [type, spans(made).slice(-3)]);
    traced.waits.push({ now: performance.now(), currentTime, readyState, playbackRate, buffers });
  }, true);
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) traced.longs.push([startTime, duration]);
  }).observe({ type: 'longtask', buffered: true });
}"""
TRACED = """() => ({
  ...window.traced, buffers: undefined, origin: performance.timeOrigin,
  fetched: performance.getEntriesByType('resource').map((one) => [
    one.name.split('/').slice(-2).join('/'), one.startTime, one.requestStart, one.responseStart, one.responseEnd,
  ]),
})"""
PLAYER = "**/vendor/hls.js/hls.js"


async def overhear(page: Page) -> None:
    """hls.js tells what it does."""

    async def rewrite(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=(await answer.text()).replace("t.debug||!1", "!0", 1))

    await page.add_init_script(f"({TRACE})()")
    await page.route(PLAYER, rewrite)
