// Plays one session: fragmented MP4 from the relay's WebSocket into Media Source Extensions.
// The link's fragment holds the relay's URL and the token; a fragment is never sent to a server.
"use strict";

const QUEUE_BYTES_MOST = 16 * 1024 * 1024; // beyond it this browser can't follow
const BEHIND_MOST_S = 1.5; // further behind the newest picture, jump
const LIVE_S = 0.25; // how far behind it to land
const KEPT_S = 10; // of what was shown

const picture = document.getElementById("picture");
const state = document.getElementById("state");
const media = new MediaSource();
const queue = []; // fragments, and names of codecs where they change
let queuedBytes = 0;
let buffer = null;
let type = "";
let isOver = false;

function end(why, socket) {
  if (isOver) return;
  isOver = true;
  state.textContent = why;
  document.body.dataset.state = "ended";
  if (socket) socket.close();
}

function take(data, socket) {
  queue.push(data);
  queuedBytes += data.byteLength || 0;
  if (queuedBytes > QUEUE_BYTES_MOST) end("This browser is too slow for this camera.", socket);
  feed();
}

function feed() {
  if (isOver || !buffer || buffer.updating || !queue.length) return;
  const data = queue.shift();
  if (typeof data === "string") {
    buffer.changeType(data);
    feed();
    return;
  }
  queuedBytes -= data.byteLength;
  try {
    buffer.appendBuffer(data);
  } catch (error) {
    if (error.name !== "QuotaExceededError") return end(`This browser can't play it: ${error.message}`);
    queue.unshift(data);
    queuedBytes += data.byteLength;
    buffer.remove(0, Math.max(0.001, picture.currentTime - 1));
  }
}

function keepUp() {
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
  feed();
}

function named(wanted, socket) {
  if (wanted === type) return;
  if (!MediaSource.isTypeSupported(wanted)) {
    return end(`This browser does not play ${wanted}: ask for the camera's H.264 stream.`, socket);
  }
  if (!type) {
    buffer = media.addSourceBuffer(wanted);
    buffer.addEventListener("updateend", keepUp);
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
    else take(message.data, socket);
  };
  socket.onclose = (closed) => end(closed.reason || "Ended: the right to watch is over, or the connection broke.");
  picture.onplaying = () => {
    if (isOver) return;
    state.textContent = "live";
    document.body.dataset.state = "live";
  };
  picture.onerror = () => end(`This browser can't play it: ${picture.error.message}`, socket);
}

const link = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname); // the token stays neither in the address bar nor in the history
if (/^wss?:\/\/[^/?#@]+\/s\/[\w-]+$/.test(link.get("url") || "") && link.get("token")) {
  media.addEventListener("sourceopen", () => play(link.get("url"), link.get("token")), { once: true });
  picture.src = URL.createObjectURL(media);
} else {
  end("This link names no session: open one with kapok watch.");
}
