"""An extension of Model Explorer: `model-explorer --extensions=ramus.model_explorer model.onnx` (it imports `main`)."""
