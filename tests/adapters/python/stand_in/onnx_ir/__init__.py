"""The part of onnx_ir's interface that ramus.onnx_ir_pass uses, over protobuf messages: Debian 12 has no onnx_ir.

Names and behaviour are those of onnx_ir 1.1. Debian's onnx is older than metadata_props of graphs, nodes and weights,
so the messages are made from its description with these fields added (onnx 1.16).
"""

import abc
import dataclasses
import types

import onnx
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


def _model_proto():
    file = descriptor_pb2.FileDescriptorProto()
    onnx.onnx_ml_pb2.DESCRIPTOR.CopyToProto(file)
    entry = next(m for m in file.message_type if m.name == "ModelProto").field
    props = next(field for field in entry if field.name == "metadata_props")
    for message in file.message_type:
        number = {"NodeProto": 9, "GraphProto": 16, "TensorProto": 16}.get(message.name)
        if number and all(field.name != "metadata_props" for field in message.field):
            added = message.field.add()
            added.CopyFrom(props)
            added.number = number
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    described = pool.FindMessageTypeByName(f"{file.package}.ModelProto")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(described)
    return message_factory.MessageFactory(pool).GetPrototype(described)


ModelProto = _model_proto()


class _Described:
    def __init__(self, proto):
        self._proto = proto
        self.metadata_props = {entry.key: entry.value for entry in proto.metadata_props}

    def _write(self):
        del self._proto.metadata_props[:]
        for key, value in self.metadata_props.items():
            self._proto.metadata_props.add(key=key, value=value)


class _Tensor(_Described):
    pass


class ExternalTensor(_Tensor):
    base_dir = ""


class Node(_Described):
    def __init__(self, proto, graph):
        super().__init__(proto)
        self.name, self.graph = proto.name, graph
        self.attributes = {a.name: Graph(a.g) for a in proto.attribute if a.HasField("g")}


class Graph(_Described):
    def __init__(self, proto):
        super().__init__(proto)
        self._nodes = [Node(node, self) for node in proto.node]
        self.initializers = {}
        for tensor in proto.initializer:
            kind = ExternalTensor if tensor.data_location == onnx.TensorProto.EXTERNAL else _Tensor
            self.initializers[tensor.name] = types.SimpleNamespace(const_value=kind(tensor))

    def __iter__(self):
        return iter(self._nodes)

    def _write(self):
        super()._write()
        for value in self.initializers.values():
            value.const_value._write()
        for node in self:
            node._write()
            for body in node.attributes.values():
                body._write()


class Model(_Described):
    def __init__(self, proto):
        super().__init__(proto)
        self.graph = Graph(proto.graph)


def from_proto(proto):
    return Model(proto)


def to_proto(model):
    model._write()
    model.graph._write()
    copy = ModelProto()
    copy.CopyFrom(model._proto)
    return copy


def _recursive(graph):
    for node in graph:
        yield node
        for body in node.attributes.values():
            yield from _recursive(body)


traversal = types.SimpleNamespace(RecursiveGraphIterator=_recursive)


@dataclasses.dataclass
class _PassResult:
    model: Model
    modified: bool


class _InPlacePass(abc.ABC):
    def __call__(self, model):
        result = self.call(model)
        assert isinstance(result, _PassResult) and result.model is model
        return result

    @abc.abstractmethod
    def call(self, model):
        ...


passes = types.SimpleNamespace(InPlacePass=_InPlacePass, PassResult=_PassResult)
