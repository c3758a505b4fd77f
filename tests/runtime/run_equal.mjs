// Runs two models in ONNX Runtime on the same random inputs and demands the same bits from both.
//
//   node run_equal.mjs A.onnx B.onnx [A.onnx B.onnx ...]
//
// Inputs take their shapes from the first model of a pair, 1 for a dimension that has no number. Exit status: 0 equal, 1 not,
// 77 when ONNX Runtime is not installed beside this file.

import {importRuntime, makeInputs, randomStream} from './inputs.mjs';

const kSeeds = [1, 2, 3];

function sameBits(a, b) {
  if (a.type !== b.type || a.dims.join() !== b.dims.join()) return false;
  if (a.type === 'string') return a.data.join('\0') === b.data.join('\0');
  const bytes = (tensor) => Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return bytes(a).equals(bytes(b));
}

async function differences(ort, pathA, pathB) {
  // One thread, or sums may be taken in another order from run to run.
  const options = {intraOpNumThreads: 1, interOpNumThreads: 1};
  const a = await ort.InferenceSession.create(pathA, options);
  const b = await ort.InferenceSession.create(pathB, options);
  if (a.outputNames.join() !== b.outputNames.join()) return [`outputs ${a.outputNames} and ${b.outputNames}`];
  const found = [];
  let varied = false;
  let before = null;
  for (const seed of kSeeds) {
    const feeds = makeInputs(ort, a, randomStream(seed));
    const ya = await a.run(feeds);
    const yb = await b.run(feeds);
    for (const name of a.outputNames) {
      if (!sameBits(ya[name], yb[name])) found.push(`output '${name}' differs on inputs of seed ${seed}`);
    }
    varied ||= before !== null && a.outputNames.some((name) => !sameBits(ya[name], before[name]));
    before = ya;
  }
  // A constant output would agree whatever was done to the model.
  if (!varied) found.push('the outputs do not depend on the inputs: the comparison shows nothing');
  return found;
}

const paths = process.argv.slice(2);
if (paths.length === 0 || paths.length % 2 !== 0) {
  console.error('usage: node run_equal.mjs A.onnx B.onnx [A.onnx B.onnx ...]');
  process.exit(2);
}

const ort = await importRuntime();
let failed = false;
for (let i = 0; i < paths.length; i += 2) {
  const found = await differences(ort, paths[i], paths[i + 1]);
  for (const line of found) console.log(`${paths[i + 1]}: ${line}`);
  if (found.length === 0) console.log(`${paths[i + 1]}: bit-equal to ${paths[i]} on ${kSeeds.length} random inputs`);
  failed ||= found.length > 0;
}
process.exit(failed ? 1 : 0);
