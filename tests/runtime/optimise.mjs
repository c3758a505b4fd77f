// Saves a model as ONNX Runtime optimises it.
//
//   node optimise.mjs LEVEL IN.onnx OUT.onnx [IN.onnx OUT.onnx ...]       LEVEL: basic or extended
//
// A model that the runtime refuses is listed, and has no OUT. Exit status: 0, 77 without ONNX Runtime.

import {importRuntime} from './inputs.mjs';

const [level, ...paths] = process.argv.slice(2);
if (!['basic', 'extended'].includes(level) || paths.length % 2 !== 0) {
  console.error('usage: node optimise.mjs basic|extended IN.onnx OUT.onnx [IN.onnx OUT.onnx ...]');
  process.exit(2);
}
const ort = await importRuntime();
for (let i = 0; i < paths.length; i += 2) {
  const options = {graphOptimizationLevel: level, optimizedModelFilePath: paths[i + 1], logSeverityLevel: 4};
  try {
    await ort.InferenceSession.create(paths[i], options);
  } catch (error) {
    console.log(`${paths[i]}: ONNX Runtime refuses it: ${error.message.split('\n')[0].slice(0, 160)}`);
  }
}
