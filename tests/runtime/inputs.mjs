// Random inputs for any model, and ONNX Runtime itself.

const kSkipped = 77;

// Small and good enough for test data. Steele, Vigna, "Computationally easy, spectrally good multipliers", 2021: mulberry32.
export function randomStream(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const kMakers = {
  float32: (n, random) => Float32Array.from({length: n}, () => 2 * random() - 1),
  float64: (n, random) => Float64Array.from({length: n}, () => 2 * random() - 1),
  int64: (n, random) => BigInt64Array.from({length: n}, () => BigInt(Math.floor(2 * random()))),
  int32: (n, random) => Int32Array.from({length: n}, () => Math.floor(2 * random())),
  uint8: (n, random) => Uint8Array.from({length: n}, () => Math.floor(256 * random())),
  int8: (n, random) => Int8Array.from({length: n}, () => Math.floor(256 * random()) - 128),
  bool: (n, random) => Uint8Array.from({length: n}, () => Math.floor(2 * random())),
};

// Of a dimension without a number, `size` says how long it is, by the rank of its input and its place there.
export function makeInputs(ort, session, random, size = () => 1) {
  const feeds = {};
  for (const {name, type, shape} of session.inputMetadata) {
    if (!kMakers[type]) throw new Error(`input '${name}' has type ${type}, which this test does not make`);
    const dims = shape.map((dim, i) => (typeof dim === 'number' && dim > 0 ? dim : size(shape.length, i)));
    feeds[name] = new ort.Tensor(type, kMakers[type](dims.reduce((a, b) => a * b, 1), random), dims);
  }
  return feeds;
}

// Ends the process with the status of a skipped test where ONNX Runtime is not installed beside this file.
export async function importRuntime() {
  try {
    return (await import('onnxruntime-node')).default;
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.log('SKIPPED: onnxruntime-node is not installed');
    process.exit(kSkipped);
  }
}
