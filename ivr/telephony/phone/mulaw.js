// G.711 mu-law: bytes to samples of -1..1 and back.

const BIAS = 132;
const CLIP = 32635;

const LINEAR = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 255;
  const magnitude = ((2 * (bits & 15) + 33) << (((bits >> 4) & 7) + 2)) - BIAS;
  return (bits & 128 ? -magnitude : magnitude) / 32768;
});

export function decode(base64) {
  const bytes = atob(base64);
  return Float32Array.from({ length: bytes.length }, (_, at) => LINEAR[bytes.charCodeAt(at)]);
}

export function encode(samples) {
  let bytes = "";
  for (const sample of samples) bytes += String.fromCharCode(code(sample));
  return btoa(bytes);
}

function code(sample) {
  const value = Math.max(-CLIP, Math.min(CLIP, Math.round(sample * 32768)));
  const magnitude = Math.abs(value) + BIAS;
  const exponent = 31 - Math.clz32(magnitude >> 7);
  const mantissa = (magnitude >> (exponent + 3)) & 15;
  return ~((value < 0 ? 128 : 0) | (exponent << 4) | mantissa) & 255;
}
