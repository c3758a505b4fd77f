// Runs models and what was made of them in ONNX Runtime on the same random inputs, and demands the same answers up to rounding.
//
//   node run_close.mjs A.onnx B.onnx [A.onnx B.onnx ...]
//
// Floating outputs: max |a - b| <= 1e-4 max |a|; all others: equal. Dimensions without a number are made up: the first sizes
// that A runs with. An A that does not run is listed. Exit status: 0 agree, 1 not, 77 without ONNX Runtime or when no A ran.

import {basename} from 'node:path';

import {importRuntime, makeInputs, randomStream} from './inputs.mjs';

const kSeeds = [1, 2];
const kTolerance = 1e-4;
// How long a dimension without a number may be: by the rank of its input, in order of place.
const kSizes = [{}, {4: [1, 3, 64, 64]}, {4: [1, 64, 64, 3]}, {2: [1, 16]}, {2: [1, 288], 3: [1, 1, 1]}, {3: [1, 128, 64]}];

const floats = new Set(['float32', 'float64', 'float16']);

// Halves come as their bits.
function toNumber(tensor, i) {
  if (tensor.type !== 'float16') return Number(tensor.data[i]);
  if (typeof Float16Array !== 'undefined' && tensor.data instanceof Float16Array) return tensor.data[i];
  const bits = tensor.data[i];
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits >> 15 ? -1 : 1;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

// Relative to the largest value of a; Infinity where they cannot be compared.
function difference(a, b) {
  if (a.type !== b.type || a.dims.join() !== b.dims.join()) return Infinity;
  if (!floats.has(a.type)) return a.data.every((value, i) => value === b.data[i]) ? 0 : Infinity;
  let largest = 0;
  let apart = 0;
  for (let i = 0; i < a.data.length; ++i) {
    const x = toNumber(a, i);
    const y = toNumber(b, i);
    if (Object.is(x, y) || x === y) {
      largest = Number.isFinite(x) ? Math.max(largest, Math.abs(x)) : largest;
      continue;
    }
    if (!Number.isFinite(x) || !Number.isFinite(y)) return Infinity;
    largest = Math.max(largest, Math.abs(x));
    apart = Math.max(apart, Math.abs(x - y));
  }
  return apart === 0 ? 0 : apart / largest;
}

async function firstThatRuns(ort, session, seed) {
  let reason;
  for (const sizes of kSizes) {
    const size = (rank, place) => sizes[rank]?.[place] ?? 1;
    try {
      await session.run(makeInputs(ort, session, randomStream(seed), size));
      return {size};
    } catch (error) {
      reason ??= error.message;
    }
  }
  return {reason};
}

const options = {intraOpNumThreads: 2, interOpNumThreads: 1, logSeverityLevel: 4};

// {reason} when a does not run, else {largest, wrong, varies}.
async function compare(ort, pathA, pathB) {
  let a;
  try {
    a = await ort.InferenceSession.create(pathA, options);
  } catch (error) {
    return {reason: error.message};
  }
  const {size, reason} = await firstThatRuns(ort, a, kSeeds[0]);
  if (!size) return {reason};
  const b = await ort.InferenceSession.create(pathB, options);
  const names = (list) => list.map(({name}) => name).join();
  const result = {largest: 0, wrong: [], varies: false};
  if (names(a.inputMetadata) !== names(b.inputMetadata)) result.wrong.push('its inputs have other names');
  if (a.outputNames.join() !== b.outputNames.join()) result.wrong.push('its outputs have other names');
  if (result.wrong.length > 0) return result;
  let before;
  for (const seed of kSeeds) {
    const feeds = makeInputs(ort, a, randomStream(seed), size);
    const [ya, yb] = [await a.run(feeds), await b.run(feeds)];
    for (const name of a.outputNames) {
      const relative = difference(ya[name], yb[name]);
      result.largest = Math.max(result.largest, relative);
      if (!(relative <= kTolerance)) result.wrong.push(`output '${name}' is off by ${relative} on inputs of seed ${seed}`);
      result.varies ||= before !== undefined && difference(ya[name], before[name]) > 0;
    }
    before = ya;
  }
  return result;
}

const paths = process.argv.slice(2);
if (paths.length === 0 || paths.length % 2 !== 0) {
  console.error('usage: node run_close.mjs A.onnx B.onnx [A.onnx B.onnx ...]');
  process.exit(2);
}
const ort = await importRuntime();
let failed = false;
let ran = 0;
for (let i = 0; i < paths.length; i += 2) {
  const name = basename(paths[i + 1]);
  try {
    const {reason, largest, wrong, varies} = await compare(ort, paths[i], paths[i + 1]);
    if (reason !== undefined) {
      console.log(`${name}: not compared, ONNX Runtime does not run the original: ${reason.split('\n')[0].slice(0, 160)}`);
      continue;
    }
    ++ran;
    for (const line of wrong) console.log(`${name}: WRONG: ${line}`);
    console.log(`${name}: off by ${largest.toExponential(1)}${varies ? '' : ' (its outputs do not depend on its inputs)'}`);
    failed ||= wrong.length > 0;
  } catch (error) {
    console.log(`${name}: WRONG: ${error.message.split('\n')[0]}`);
    failed = true;
  }
}
process.exit(failed ? 1 : ran > 0 ? 0 : 77);
