/** Call something again and again while the page is looked at. */

const LIVE_PAUSE = 2000;
const CALM_PAUSE = 15000;

/** Poll until the page goes; `call` returns whether something is going on, and so how soon it is called again. */
export function poll(call) {
  let timer = null;
  const turn = async () => {
    clearTimeout(timer);
    const isLive = document.hidden ? false : await call();
    timer = setTimeout(turn, isLive ? LIVE_PAUSE : CALM_PAUSE);
  };
  document.addEventListener("visibilitychange", () => document.hidden || turn());
  turn();
  return turn;
}
