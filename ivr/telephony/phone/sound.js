// The earpiece and the microphone of the phone, in the browser's sound thread, at 8000 Hz.
// It is the clock of the call: every 20 ms of it a frame of the microphone (or silence) is sent.

const FRAME = 160;

class Handset extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = []; // {samples, at} or {mark}
    this.frame = new Float32Array(FRAME);
    this.filled = 0;
    this.port.onmessage = ({ data }) => this.told(data);
  }

  told(message) {
    if (message.samples) this.queue.push({ samples: message.samples, at: 0 });
    else if (message.mark !== undefined) this.queue.push({ mark: message.mark });
    else if (message.clear) this.clear();
  }

  clear() {
    const marks = this.queue.filter((each) => each.mark !== undefined);
    this.queue = [];
    for (const { mark } of marks) this.port.postMessage({ played: mark });
  }

  process(inputs, outputs) {
    const out = outputs[0][0];
    this.play(out);
    this.listen(inputs[0] && inputs[0][0], out.length);
    return true;
  }

  play(out) {
    let place = 0;
    while (this.queue.length) {
      const first = this.queue[0];
      if (first.mark !== undefined) {
        this.port.postMessage({ played: first.mark });
        this.queue.shift();
        continue;
      }
      if (place === out.length) return;
      const count = Math.min(out.length - place, first.samples.length - first.at);
      out.set(first.samples.subarray(first.at, first.at + count), place);
      first.at += count;
      place += count;
      if (first.at === first.samples.length) this.queue.shift();
    }
  }

  listen(input, length) {
    for (let at = 0; at < length; at += 1) {
      this.frame[this.filled] = input ? input[at] : 0;
      this.filled += 1;
      if (this.filled === FRAME) {
        this.port.postMessage({ frame: this.frame.slice() });
        this.filled = 0;
      }
    }
  }
}

registerProcessor("handset", Handset);
