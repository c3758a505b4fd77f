/* The layouts that hosts were compiled with, on 64-bit machines. What a line says of a field, function or number stays as it
 * is for good; a new field gets a new line below the last of its struct, and its struct a new size. It begins no earlier
 * than the size that was: older hosts leave garbage in what was padding. The test passes by compiling. */
#include <stddef.h>
#include <stdint.h>

#include "plugin/ramus.h"

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type ": older hosts count on another size")
#define FIELD(type, field, offset, bytes)                                                   \
  _Static_assert(offsetof(type, field) == (offset) && sizeof(((type*)0)->field) == (bytes), \
                 #type "." #field ": older hosts look for it elsewhere")
#define FUNCTION(name, place) FIELD(ramus_api, name, 24 + 8 * (place), 8)
#define NUMBER(name, value) _Static_assert((name) == (value), #name ": older hosts know another number")

NUMBER(RAMUS_OK, 0);
NUMBER(RAMUS_USAGE, 2);
NUMBER(RAMUS_INVALID_INPUT, 3);
NUMBER(RAMUS_INTERNAL, 4);
NUMBER(RAMUS_CANCELLED, 5);
NUMBER(RAMUS_LOG_DEBUG, 1);
NUMBER(RAMUS_LOG_INFO, 2);
NUMBER(RAMUS_LOG_WARNING, 3);
NUMBER(RAMUS_LOG_ERROR, 4);
NUMBER(RAMUS_LOG_OFF, 6);

#if UINTPTR_MAX == 0xFFFFFFFFFFFFFFFFu

SIZE(ramus_error, 1032);
FIELD(ramus_error, struct_size, 0, 8);
FIELD(ramus_error, status, 8, 4);
FIELD(ramus_error, message, 12, 1020);

SIZE(ramus_session_config, 56);
FIELD(ramus_session_config, struct_size, 0, 8);
FIELD(ramus_session_config, log, 8, 8);
FIELD(ramus_session_config, log_user, 16, 8);
FIELD(ramus_session_config, log_level, 24, 4);
FIELD(ramus_session_config, progress, 32, 8);
FIELD(ramus_session_config, progress_user, 40, 8);
FIELD(ramus_session_config, threads, 48, 4);

SIZE(ramus_node, 64);
FIELD(ramus_node, struct_size, 0, 8);
FIELD(ramus_node, name, 8, 8);
FIELD(ramus_node, op, 16, 8);
FIELD(ramus_node, domain, 24, 8);
FIELD(ramus_node, inputs, 32, 8);
FIELD(ramus_node, input_count, 40, 8);
FIELD(ramus_node, outputs, 48, 8);
FIELD(ramus_node, output_count, 56, 8);

SIZE(ramus_branch, 48);
FIELD(ramus_branch, struct_size, 0, 8);
FIELD(ramus_branch, id, 8, 8);
FIELD(ramus_branch, name, 16, 8);
FIELD(ramus_branch, nodes, 24, 8);
FIELD(ramus_branch, node_count, 32, 8);
FIELD(ramus_branch, skip, 40, 4);
FIELD(ramus_branch, projection, 44, 4);

SIZE(ramus_group, 80);
FIELD(ramus_group, struct_size, 0, 8);
FIELD(ramus_group, id, 8, 8);
FIELD(ramus_group, name, 16, 8);
FIELD(ramus_group, kind, 24, 8);
FIELD(ramus_group, join, 32, 8);
FIELD(ramus_group, fork_value, 40, 8);
FIELD(ramus_group, parent_branch, 48, 8);
FIELD(ramus_group, branches, 56, 8);
FIELD(ramus_group, branch_count, 64, 8);
FIELD(ramus_group, closed, 72, 4);
FIELD(ramus_group, depth, 76, 4);

SIZE(ramus_pass, 40);
FIELD(ramus_pass, struct_size, 0, 8);
FIELD(ramus_pass, name, 8, 8);
FIELD(ramus_pass, summary, 16, 8);
FIELD(ramus_pass, user, 24, 8);
FIELD(ramus_pass, run, 32, 8);

SIZE(ramus_features, 40);
FIELD(ramus_features, struct_size, 0, 8);
FIELD(ramus_features, layer, 8, 8);
FIELD(ramus_features, data, 16, 8);
FIELD(ramus_features, size, 24, 8);
FIELD(ramus_features, name, 32, 8);

SIZE(ramus_analyze_options, 104);
FIELD(ramus_analyze_options, struct_size, 0, 8);
FIELD(ramus_analyze_options, passes, 8, 8);
FIELD(ramus_analyze_options, pass_count, 16, 8);
FIELD(ramus_analyze_options, settings, 24, 8);
FIELD(ramus_analyze_options, setting_count, 32, 8);
FIELD(ramus_analyze_options, labels, 40, 8);
FIELD(ramus_analyze_options, labels_size, 48, 8);
FIELD(ramus_analyze_options, labels_name, 56, 8);
FIELD(ramus_analyze_options, seed, 64, 8);
FIELD(ramus_analyze_options, features, 72, 8);
FIELD(ramus_analyze_options, features_count, 80, 8);
FIELD(ramus_analyze_options, host_passes, 88, 8);
FIELD(ramus_analyze_options, host_pass_count, 96, 8);

SIZE(ramus_compare_options, 24);
FIELD(ramus_compare_options, struct_size, 0, 8);
FIELD(ramus_compare_options, analysis, 8, 8);
FIELD(ramus_compare_options, analysis_count, 16, 8);

SIZE(ramus_annotate_options, 16);
FIELD(ramus_annotate_options, struct_size, 0, 8);
FIELD(ramus_annotate_options, write_namespace, 8, 4);
FIELD(ramus_annotate_options, write_layer_ann, 12, 4);

SIZE(ramus_check_options, 120);
FIELD(ramus_check_options, struct_size, 0, 8);
FIELD(ramus_check_options, analysis, 8, 8);
FIELD(ramus_check_options, select, 16, 8);
FIELD(ramus_check_options, select_count, 24, 8);
FIELD(ramus_check_options, ignore, 32, 8);
FIELD(ramus_check_options, ignore_count, 40, 8);
FIELD(ramus_check_options, settings, 48, 8);
FIELD(ramus_check_options, settings_size, 56, 8);
FIELD(ramus_check_options, settings_name, 64, 8);
FIELD(ramus_check_options, baseline, 72, 8);
FIELD(ramus_check_options, baseline_size, 80, 8);
FIELD(ramus_check_options, baseline_name, 88, 8);
FIELD(ramus_check_options, fail_on, 96, 8);
FIELD(ramus_check_options, model_count, 104, 8);
FIELD(ramus_check_options, makes_baseline, 112, 4);

FIELD(ramus_api, struct_size, 0, 8);
FIELD(ramus_api, version_major, 8, 4);
FIELD(ramus_api, version_minor, 12, 4);
FIELD(ramus_api, version_patch, 16, 4);
FIELD(ramus_api, reserved, 20, 4);

FUNCTION(version, 0);
FUNCTION(session_create, 1);
FUNCTION(session_destroy, 2);
FUNCTION(session_cancel, 3);
FUNCTION(session_resume, 4);
FUNCTION(model_open, 5);
FUNCTION(model_open_memory, 6);
FUNCTION(model_open_named, 7);
FUNCTION(model_destroy, 8);
FUNCTION(analyze, 9);
FUNCTION(report_read, 10);
FUNCTION(report_destroy, 11);
FUNCTION(report_write, 12);
FUNCTION(write_passes, 13);
FUNCTION(compare, 14);
FUNCTION(comparison_destroy, 15);
FUNCTION(comparison_write, 16);
FUNCTION(annotate, 17);
FUNCTION(strip, 18);
FUNCTION(rewrite, 19);
FUNCTION(model_has_external_data, 20);
FUNCTION(graph_path, 21);
FUNCTION(graph_node_count, 22);
FUNCTION(graph_node, 23);
FUNCTION(graph_find_node, 24);
FUNCTION(graph_group_count, 25);
FUNCTION(graph_group, 26);
FUNCTION(notes_add, 27);
FUNCTION(reattach, 28);
FUNCTION(checker_create, 29);
FUNCTION(checker_destroy, 30);
FUNCTION(checker_run, 31);
FUNCTION(checker_add_failure, 32);
FUNCTION(checker_count, 33);
FUNCTION(checker_write, 34);
FUNCTION(write_rules, 35);
SIZE(ramus_api, 24 + 8 * 36);
#endif

int main(void) { return 0; }
