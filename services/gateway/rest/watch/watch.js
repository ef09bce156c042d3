// Plays one session: fragmented MP4 from the relay's WebSocket into Media Source Extensions.
// The link's fragment holds the relay's URL and the token; a fragment is never sent to a server.
"use strict";

const QUEUE_BYTES_MOST = 16 * 1024 * 1024; // beyond it this browser can't follow
const BEHIND_MOST_S = 1.5; // further behind the newest picture, jump
const LIVE_S = 0.25; // how far behind it to land
const KEPT_S = 10; // of what was shown
const RECOVERIES_MOST = 5; // a minute
const PATIENCE_MS = 10000; // without a picture, until that is said

const picture = document.getElementById("picture");
const state = document.getElementById("state");
const queue = []; // fragments, and names of codecs where they change
let queuedBytes = 0;
let media = null;
let buffer = null;
let type = ""; // of what is played; empty until a key picture brings the name of its codec
let recoveries = []; // when they were, in ms
let isOver = false;

function show(text, name) {
  state.textContent = text;
  document.body.dataset.state = name;
}

function end(why, socket) {
  if (isOver) return;
  isOver = true;
  show(why, "ended");
  if (socket) socket.close();
}

function begin(opened) {
  queue.length = 0;
  queuedBytes = 0;
  buffer = null;
  type = "";
  URL.revokeObjectURL(picture.src);
  media = new MediaSource();
  media.addEventListener("sourceopen", opened, { once: true });
  picture.src = URL.createObjectURL(media);
}

// Every key picture brings all that a new player needs, so one that stumbled is replaced at the next.
function recover(why, socket) {
  if (isOver) return;
  const now = performance.now();
  recoveries = [...recoveries.filter((at) => at > now - 60000), now];
  if (recoveries.length > RECOVERIES_MOST) return end(`This browser can't play it: ${why}`, socket);
  show("The picture broke; waiting for the next key picture.", "waiting");
  begin(() => {});
}

function take(data, socket) {
  queue.push(data);
  queuedBytes += data.byteLength || 0;
  if (queuedBytes > QUEUE_BYTES_MOST) end("This browser is too slow for this camera.", socket);
  feed(socket);
}

function feed(socket) {
  if (isOver || !buffer || buffer.updating || !queue.length) return;
  const data = queue[0];
  try {
    if (typeof data === "string") buffer.changeType(data);
    else buffer.appendBuffer(data);
  } catch (error) {
    if (error.name !== "QuotaExceededError") return recover(error.message, socket);
    buffer.remove(0, Math.max(0.001, picture.currentTime - 1));
    return;
  }
  queue.shift();
  queuedBytes -= data.byteLength || 0;
  feed(socket);
}

function keepUp(socket) {
  const ranges = buffer.buffered;
  if (ranges.length) {
    const last = ranges.length - 1;
    const newest = ranges.end(last);
    // The first picture, a hole, or a tab that slept: go where the pictures are now.
    if (picture.currentTime < ranges.start(last) || newest - picture.currentTime > BEHIND_MOST_S) {
      picture.currentTime = Math.max(ranges.start(last), newest - LIVE_S);
    }
    if (!buffer.updating && picture.currentTime - ranges.start(0) > 2 * KEPT_S) {
      buffer.remove(0, picture.currentTime - KEPT_S);
    }
  }
  feed(socket);
}

function named(wanted, socket) {
  if (wanted === type) return;
  if (!MediaSource.isTypeSupported(wanted)) {
    return end(`This browser does not play ${wanted}: a camera's secondary stream is often H.264 (kapok watch --secondary).`, socket);
  }
  if (!type) {
    if (media.readyState !== "open") return; // the next key picture says it again
    const opened = media.addSourceBuffer(wanted);
    opened.addEventListener("updateend", () => opened === buffer && keepUp(socket));
    buffer = opened;
  } else {
    take(wanted, socket);
  }
  type = wanted;
}

function play(url, token) {
  const socket = new WebSocket(url, ["kapok.v1", token]);
  socket.binaryType = "arraybuffer";
  socket.onmessage = (message) => {
    if (isOver) return;
    if (typeof message.data === "string") named(JSON.parse(message.data).type, socket);
    else if (type) take(message.data, socket);
  };
  socket.onclose = (closed) => end(closed.reason || "Ended: the right to watch is over, or the connection broke.");
  setTimeout(() => {
    if (state.textContent === "connecting") show("The camera has sent no picture yet that a browser can show.", "waiting");
  }, PATIENCE_MS);
  picture.onplaying = () => {
    if (!isOver) show("live", "live");
  };
  picture.onerror = () => picture.error && recover(picture.error.message, socket);
}

const link = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname); // the token stays neither in the address bar nor in the history
if (/^wss?:\/\/[^/?#@]+\/s\/[\w-]+$/.test(link.get("url") || "") && link.get("token")) {
  begin(() => play(link.get("url"), link.get("token")));
} else {
  end("This link names no session: open one with kapok watch.");
}
