"""ramus.h in ctypes: its numbers, structs and functions. A test compares sizes, offsets and values with the header."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char, c_char_p, c_int32, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Dict, Tuple

VERSION = (0, 1)  # major and minor: what the structs below were written for

STATUS = {"OK": 0, "USAGE": 2, "INVALID_INPUT": 3, "INTERNAL": 4, "CANCELLED": 5}
LOG = {"DEBUG": 1, "INFO": 2, "WARNING": 3, "ERROR": 4, "OFF": 6}

LogCallback = ctypes.CFUNCTYPE(None, c_void_p, c_int32, c_char_p)
ProgressCallback = ctypes.CFUNCTYPE(None, c_void_p, c_char_p, c_uint64, c_uint64)
Writer = ctypes.CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t)


class Sized(ctypes.Structure):
    """A struct that begins with its size, as every struct of ramus.h does."""

    def __init__(self) -> None:
        super().__init__()
        self.struct_size = ctypes.sizeof(self)


class Error(Sized):
    _fields_ = [("struct_size", c_size_t), ("status", c_int32), ("message", c_char * 1020)]


class SessionConfig(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("log", LogCallback),
        ("log_user", c_void_p),
        ("log_level", c_int32),
        ("progress", ProgressCallback),
        ("progress_user", c_void_p),
        ("threads", c_uint32),
    ]


class Features(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("layer", c_char_p),
        ("data", c_void_p),
        ("size", c_size_t),
        ("name", c_char_p),
    ]


class Node(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("op", c_char_p),
        ("domain", c_char_p),
        ("inputs", POINTER(c_char_p)),
        ("input_count", c_size_t),
        ("outputs", POINTER(c_char_p)),
        ("output_count", c_size_t),
    ]


class Branch(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("id", c_char_p),
        ("name", c_char_p),
        ("nodes", POINTER(c_char_p)),
        ("node_count", c_size_t),
        ("skip", c_int32),
        ("projection", c_int32),
    ]


class Group(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("id", c_char_p),
        ("name", c_char_p),
        ("kind", c_char_p),
        ("join", c_char_p),
        ("fork_value", c_char_p),
        ("parent_branch", c_char_p),
        ("branches", POINTER(POINTER(Branch))),
        ("branch_count", c_size_t),
        ("closed", c_int32),
        ("depth", c_int32),
    ]


PassCallback = ctypes.CFUNCTYPE(c_int32, c_void_p, c_void_p, c_void_p, POINTER(Error))


class Pass(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("summary", c_char_p),
        ("user", c_void_p),
        ("run", PassCallback),
    ]


class AnalyzeOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("passes", POINTER(c_char_p)),
        ("pass_count", c_size_t),
        ("settings", POINTER(c_char_p)),
        ("setting_count", c_size_t),
        ("labels", c_char_p),
        ("labels_size", c_size_t),
        ("labels_name", c_char_p),
        ("seed", c_uint64),
        ("features", POINTER(POINTER(Features))),
        ("features_count", c_size_t),
        ("host_passes", POINTER(POINTER(Pass))),
        ("host_pass_count", c_size_t),
    ]


class CompareOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("analysis", POINTER(POINTER(AnalyzeOptions))),
        ("analysis_count", c_size_t),
    ]


class AnnotateOptions(Sized):
    _fields_ = [("struct_size", c_size_t), ("write_namespace", c_int32), ("write_layer_ann", c_int32)]


class CheckOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("analysis", POINTER(AnalyzeOptions)),
        ("select", POINTER(c_char_p)),
        ("select_count", c_size_t),
        ("ignore", POINTER(c_char_p)),
        ("ignore_count", c_size_t),
        ("settings", c_char_p),
        ("settings_size", c_size_t),
        ("settings_name", c_char_p),
        ("baseline", c_char_p),
        ("baseline_size", c_size_t),
        ("baseline_name", c_char_p),
        ("fail_on", c_char_p),
        ("model_count", c_size_t),
        ("makes_baseline", c_int32),
    ]


STRUCTS = {
    "ramus_error": Error,
    "ramus_session_config": SessionConfig,
    "ramus_node": Node,
    "ramus_branch": Branch,
    "ramus_group": Group,
    "ramus_pass": Pass,
    "ramus_features": Features,
    "ramus_analyze_options": AnalyzeOptions,
    "ramus_compare_options": CompareOptions,
    "ramus_annotate_options": AnnotateOptions,
    "ramus_check_options": CheckOptions,
}

_handle, _out, _error = c_void_p, POINTER(c_void_p), POINTER(Error)
_writing = (Writer, c_void_p, _error)

# Result and parameters of every function.
FUNCTIONS: Dict[str, Tuple[object, Tuple[object, ...]]] = {
    "ramus_version": (c_char_p, ()),
    "ramus_session_create": (c_int32, (POINTER(SessionConfig), _out, _error)),
    "ramus_session_destroy": (None, (_handle,)),
    "ramus_session_cancel": (None, (_handle,)),
    "ramus_session_resume": (None, (_handle,)),
    "ramus_model_open": (c_int32, (_handle, c_char_p, _out, _error)),
    "ramus_model_open_memory": (c_int32, (_handle, c_void_p, c_size_t, c_char_p, _out, _error)),
    "ramus_model_open_named": (c_int32, (_handle, c_void_p, c_size_t, c_char_p, c_char_p, _out, _error)),
    "ramus_model_destroy": (None, (_handle,)),
    "ramus_model_has_external_data": (c_int32, (_handle,)),
    "ramus_analyze": (c_int32, (_handle, POINTER(AnalyzeOptions), _out, _error)),
    "ramus_report_read": (c_int32, (_handle, c_char_p, c_size_t, _out, _error)),
    "ramus_report_destroy": (None, (_handle,)),
    "ramus_report_write": (c_int32, (_handle, c_char_p, *_writing)),
    "ramus_write_passes": (c_int32, (c_char_p, *_writing)),
    "ramus_compare": (c_int32, (POINTER(c_void_p), c_size_t, POINTER(CompareOptions), _out, _error)),
    "ramus_comparison_destroy": (None, (_handle,)),
    "ramus_comparison_write": (c_int32, (_handle, c_char_p, *_writing)),
    "ramus_annotate": (c_int32, (_handle, _handle, POINTER(AnnotateOptions), *_writing)),
    "ramus_reattach": (c_int32, (_handle, _handle, _out, _error)),
    "ramus_strip": (c_int32, (_handle, *_writing)),
    "ramus_rewrite": (c_int32, (_handle, c_char_p, *_writing)),
    "ramus_graph_path": (c_char_p, (_handle,)),
    "ramus_graph_node_count": (c_size_t, (_handle,)),
    "ramus_graph_node": (POINTER(Node), (_handle, c_size_t)),
    "ramus_graph_find_node": (POINTER(Node), (_handle, c_char_p)),
    "ramus_graph_group_count": (c_size_t, (_handle,)),
    "ramus_graph_group": (POINTER(Group), (_handle, c_size_t)),
    "ramus_notes_add": (c_int32, (_handle, c_char_p, c_char_p, c_char_p, _error)),
    "ramus_checker_create": (c_int32, (_handle, POINTER(CheckOptions), _out, _error)),
    "ramus_checker_destroy": (None, (_handle,)),
    "ramus_checker_run": (c_int32, (_handle, _handle, _error)),
    "ramus_checker_add_failure": (c_int32, (_handle, c_char_p, c_char_p, _error)),
    "ramus_checker_count": (c_size_t, (_handle, c_char_p)),
    "ramus_checker_write": (c_int32, (_handle, c_char_p, *_writing)),
    "ramus_write_rules": (c_int32, (c_char_p, c_char_p, *_writing)),
    "ramus_get_api": (c_void_p, (c_uint32,)),
}
