// Hands every block of the microphone's samples to the page.
class Blocks extends AudioWorkletProcessor {
  process(inputs) {
    if (inputs[0].length) this.port.postMessage(inputs[0][0].slice());
    return true;
  }
}
registerProcessor("blocks", Blocks);
