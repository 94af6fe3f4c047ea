// The boundary between Swift and OpenVINO's C++ interface.
//
// The program must start without OpenVINO, so nothing here is linked: a library of its own
// (target OpenVINOBridge) fills in `ovb_table`, and Swift finds that table with dlsym after it has
// loaded the runtime. The rules of the boundary:
//
// * Handles (`ovb_core *`, ...) are opaque. A function whose last parameter is `T **` creates one, and
//   the caller owns it until it gives it to the matching `..._release`. NULL may be released.
// * Handles keep alive what they need: a request may outlive its compiled model's handle.
// * Every function that can fail returns an `ovb_status`; no C++ exception crosses the boundary. When
//   it is not OVB_OK, `last_error` gives OpenVINO's message, of the calling thread, until the next
//   call that fails on it. Output parameters are then untouched.
// * Pointers passed in are borrowed for the call only, except where a comment says otherwise.
// * `ovb_core`, `ovb_compiled` may be used by many threads at once. A model, request, state, tensor or
//   list belongs to one thread at a time; only `request_cancel` may come from any.
#ifndef OVEN_COPENVINO_H
#define OVEN_COPENVINO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Grows with every change of `ovb_table`: a library built from other sources is refused.
#define OVB_TABLE_VERSION 7

// No tensor of a language model has more axes.
#define OVB_MAX_RANK 16

typedef int32_t ovb_status;
enum {
  OVB_OK = 0,
  // OpenVINO threw; `last_error` is its message.
  OVB_FAILED = 1,
  // The request was cancelled.
  OVB_CANCELLED = 2,
  // The request is running.
  OVB_BUSY = 3,
  // Neither the device nor its plugin can do this.
  OVB_NOT_IMPLEMENTED = 4,
  OVB_OUT_OF_MEMORY = 5,
  // An index, name or pointer of the caller is wrong.
  OVB_BAD_ARGUMENT = 6
};

typedef struct ovb_core ovb_core;
typedef struct ovb_model ovb_model;
typedef struct ovb_compiled ovb_compiled;
typedef struct ovb_request ovb_request;
typedef struct ovb_state ovb_state;
typedef struct ovb_tensor ovb_tensor;
// An immutable list of strings.
typedef struct ovb_list ovb_list;

typedef int32_t ovb_kind;
enum { OVB_TEXT = 0, OVB_INTEGER = 1, OVB_REAL = 2, OVB_BOOLEAN = 3, OVB_MAP = 4 };

// One property: `text`, `integer` (also booleans), `real`, or `items[0..<count]`, after its kind.
typedef struct ovb_property {
  const char *_Nonnull key;
  ovb_kind kind;
  const char *_Nullable text;
  int64_t integer;
  double real;
  const struct ovb_property *_Nullable items;
  size_t count;
} ovb_property;

// An extent between `min` and `max`; `max` is -1 where there is no bound.
typedef struct ovb_dimension {
  int64_t min;
  int64_t max;
} ovb_dimension;

// The type and shape of an input, output or variable; `rank` is -1 where it is not known.
typedef struct ovb_port {
  char element_type[16];
  int32_t rank;
  ovb_dimension dimensions[OVB_MAX_RANK];
} ovb_port;

typedef int32_t ovb_direction;
enum { OVB_INPUT = 0, OVB_OUTPUT = 1 };

// Called once, from any thread, when nothing uses the wrapped memory any more.
typedef void (*ovb_release)(void *_Nullable context);

typedef struct ovb_table {
  // OVB_TABLE_VERSION of the library.
  uint32_t version;

  // The calling thread's last message; valid until the next call that fails on this thread.
  const char *_Nonnull (*_Nonnull last_error)(void);

  // Lists.
  size_t (*_Nonnull list_count)(const ovb_list *_Nonnull list);
  // Borrowed from the list. `index` must be in range.
  const char *_Nonnull (*_Nonnull list_item)(const ovb_list *_Nonnull list, size_t index);
  void (*_Nonnull list_release)(ovb_list *_Nullable list);

  // The runtime's build number, one item.
  ovb_status (*_Nonnull runtime_version)(ovb_list *_Nullable *_Nonnull out);

  // Core.
  ovb_status (*_Nonnull core_create)(ovb_core *_Nullable *_Nonnull out);
  void (*_Nonnull core_release)(ovb_core *_Nullable core);
  ovb_status (*_Nonnull core_devices)(ovb_core *_Nonnull core, ovb_list *_Nullable *_Nonnull out);
  // Plugin description and build number, in turns.
  ovb_status (*_Nonnull core_versions)(ovb_core *_Nonnull core, const char *_Nonnull device,
                                       ovb_list *_Nullable *_Nonnull out);
  // The value as text, one item. `device` may be "" for the core's own properties.
  ovb_status (*_Nonnull core_property)(ovb_core *_Nonnull core, const char *_Nonnull device,
                                       const char *_Nonnull key, ovb_list *_Nullable *_Nonnull out);
  ovb_status (*_Nonnull core_set_properties)(ovb_core *_Nonnull core, const char *_Nonnull device,
                                             const ovb_property *_Nullable properties, size_t count);
  // Loads a library of custom operations.
  ovb_status (*_Nonnull core_add_extension)(ovb_core *_Nonnull core, const char *_Nonnull path);
  // Lets blobs of models with paged attention be imported: they lack what the CPU plugin must know of the heads.
  ovb_status (*_Nonnull core_read_paged_blobs)(ovb_core *_Nonnull core);
  // Maps the file of a model's weights for operations that `model_place_weights` made, and lets blobs with such
  // operations be imported. `identity` is the model's sum; the file must not change as long as the process lives.
  ovb_status (*_Nonnull core_provide_weights)(ovb_core *_Nonnull core, const char *_Nonnull identity,
                                              const char *_Nonnull path);
  // Forgets them: the file is unmapped with the last operation that reads it. No model that was read over it may be left.
  void (*_Nonnull core_withdraw_weights)(ovb_core *_Nonnull core, const char *_Nonnull identity);
  // Names of the model's operations that the device can run.
  ovb_status (*_Nonnull core_supported)(ovb_core *_Nonnull core, const ovb_model *_Nonnull model,
                                        const char *_Nonnull device,
                                        const ovb_property *_Nullable properties, size_t count,
                                        ovb_list *_Nullable *_Nonnull out);

  // Models. `weights` NULL: the file beside the XML.
  ovb_status (*_Nonnull model_read)(ovb_core *_Nonnull core, const char *_Nonnull xml,
                                    const char *_Nullable weights, ovb_model *_Nullable *_Nonnull out);
  // `xml` is `size` bytes of text. The model shares the memory of `weights` and keeps it alive.
  ovb_status (*_Nonnull model_read_memory)(ovb_core *_Nonnull core, const char *_Nonnull xml, size_t size,
                                           const ovb_tensor *_Nullable weights,
                                           ovb_model *_Nullable *_Nonnull out);
  // Reads a model whose weights were provided under `identity`, and shares their memory.
  ovb_status (*_Nonnull model_read_provided)(ovb_core *_Nonnull core, const char *_Nonnull xml,
                                             const char *_Nonnull identity, ovb_model *_Nullable *_Nonnull out);
  // Replaces products and embeddings with compressed weights by operations of ours, which read the weights where
  // they were provided, for a CPU. `exact`: activations are not rounded to 8 bits. `own_attention`: so is paged attention,
  // whose blocks are bytes then. `counts` gets how many products and embeddings were replaced, the bytes of their codes,
  // and the bytes of the constants that are left; `names` gets one item, the instruction set of the kernels.
  ovb_status (*_Nonnull model_place_weights)(ovb_model *_Nonnull model, const char *_Nonnull identity, int32_t exact,
                                             int32_t own_attention, size_t counts[_Nonnull 3],
                                             ovb_list *_Nullable *_Nonnull names);
  ovb_status (*_Nonnull model_clone)(const ovb_model *_Nonnull model, ovb_model *_Nullable *_Nonnull out);
  void (*_Nonnull model_release)(ovb_model *_Nullable model);
  ovb_status (*_Nonnull model_serialize)(const ovb_model *_Nonnull model, const char *_Nonnull xml,
                                         const char *_Nonnull weights);
  ovb_status (*_Nonnull model_port_count)(const ovb_model *_Nonnull model, ovb_direction direction,
                                          size_t *_Nonnull out);
  // `names` gets the tensor's names.
  ovb_status (*_Nonnull model_port)(const ovb_model *_Nonnull model, ovb_direction direction, size_t index,
                                    ovb_port *_Nonnull out, ovb_list *_Nullable *_Nonnull names);
  ovb_status (*_Nonnull model_variable_count)(const ovb_model *_Nonnull model, size_t *_Nonnull out);
  // `identity` gets one item.
  ovb_status (*_Nonnull model_variable)(const ovb_model *_Nonnull model, size_t index,
                                        ovb_port *_Nonnull out, ovb_list *_Nullable *_Nonnull identity);
  // New shapes for inputs, by tensor name; the others keep theirs.
  ovb_status (*_Nonnull model_reshape)(ovb_model *_Nonnull model,
                                       const char *_Nonnull const *_Nonnull names,
                                       const ovb_port *_Nonnull shapes, size_t count);
  // The value at a path of the model's runtime information, one item; none where there is no such path.
  ovb_status (*_Nonnull model_information)(const ovb_model *_Nonnull model,
                                           const char *_Nonnull const *_Nonnull path, size_t count,
                                           ovb_list *_Nullable *_Nonnull out);
  ovb_status (*_Nonnull model_set_information)(ovb_model *_Nonnull model,
                                               const char *_Nonnull const *_Nonnull path, size_t count,
                                               const char *_Nonnull value);
  // For every operation in order of execution: name, type, element type and shape of its first output
  // ("" if it has none), the number N of attributes, then N times name and value.
  ovb_status (*_Nonnull model_operations)(const ovb_model *_Nonnull model, ovb_list *_Nullable *_Nonnull out);
  // Cuts the input of the MatMul that computes output 0 to the last token, so that logits get the shape
  // [batch, 1, vocabulary], or [1, 1, vocabulary] of a model with paged attention. `applied` gets 0 where no such MatMul was found; the model is then unchanged.
  ovb_status (*_Nonnull model_slice_last_token)(ovb_model *_Nonnull model, int32_t *_Nonnull applied);
  // Lets a model with paged attention compute logits of chosen tokens only: adds the input `sampled_tokens_indices`
  // [rows] and a Gather before the MatMul that computes output 0, which gets the shape [rows, 1, vocabulary].
  // `applied` gets 0 where no such MatMul was found; the model is then unchanged.
  ovb_status (*_Nonnull model_gather_rows)(ovb_model *_Nonnull model, int32_t *_Nonnull applied);
  // Makes one product of those that read the same input with weights of the same kind. `count` is how many became parts.
  ovb_status (*_Nonnull model_merge_projections)(ovb_model *_Nonnull model, size_t *_Nonnull count);
  // OpenVINO's SDPAToPagedAttention; cache inputs are added in place of the variables.
  ovb_status (*_Nonnull model_paged_attention)(ovb_model *_Nonnull model, int32_t per_layer_block_indices,
                                               int32_t score_outputs, int32_t cache_rotation);

  // Compiled models.
  ovb_status (*_Nonnull compile)(ovb_core *_Nonnull core, const ovb_model *_Nonnull model,
                                 const char *_Nonnull device, const ovb_property *_Nullable properties,
                                 size_t count, ovb_compiled *_Nullable *_Nonnull out);
  // `blob` is kept alive as long as the compiled model needs it.
  ovb_status (*_Nonnull compiled_import)(ovb_core *_Nonnull core, const ovb_tensor *_Nonnull blob,
                                         const char *_Nonnull device,
                                         const ovb_property *_Nullable properties, size_t count,
                                         ovb_compiled *_Nullable *_Nonnull out);
  // Writes the blob into a new or emptied file.
  ovb_status (*_Nonnull compiled_export)(const ovb_compiled *_Nonnull compiled, const char *_Nonnull path);
  void (*_Nonnull compiled_release)(ovb_compiled *_Nullable compiled);
  ovb_status (*_Nonnull compiled_port_count)(const ovb_compiled *_Nonnull compiled, ovb_direction direction,
                                             size_t *_Nonnull out);
  ovb_status (*_Nonnull compiled_port)(const ovb_compiled *_Nonnull compiled, ovb_direction direction,
                                       size_t index, ovb_port *_Nonnull out,
                                       ovb_list *_Nullable *_Nonnull names);
  ovb_status (*_Nonnull compiled_property)(const ovb_compiled *_Nonnull compiled, const char *_Nonnull key,
                                           ovb_list *_Nullable *_Nonnull out);
  // The graph that the device runs, in the form of `model_operations`.
  ovb_status (*_Nonnull compiled_operations)(const ovb_compiled *_Nonnull compiled,
                                             ovb_list *_Nullable *_Nonnull out);

  // Requests. Tensors that are set stay alive with the request and are read where they are.
  ovb_status (*_Nonnull request_create)(const ovb_compiled *_Nonnull compiled,
                                        ovb_request *_Nullable *_Nonnull out);
  void (*_Nonnull request_release)(ovb_request *_Nullable request);
  ovb_status (*_Nonnull request_set_tensor)(ovb_request *_Nonnull request, ovb_direction direction,
                                            size_t index, const ovb_tensor *_Nonnull tensor);
  // A handle on the request's own tensor; its memory may move when the request runs.
  ovb_status (*_Nonnull request_tensor)(ovb_request *_Nonnull request, ovb_direction direction, size_t index,
                                        ovb_tensor *_Nullable *_Nonnull out);
  ovb_status (*_Nonnull request_infer)(ovb_request *_Nonnull request);
  ovb_status (*_Nonnull request_start)(ovb_request *_Nonnull request);
  // Waits for `milliseconds`, or without limit if that is negative; `done` gets 0 when time ran out.
  ovb_status (*_Nonnull request_wait)(ovb_request *_Nonnull request, int64_t milliseconds,
                                      int32_t *_Nonnull done);
  // May be called from any thread.
  ovb_status (*_Nonnull request_cancel)(ovb_request *_Nonnull request);
  ovb_status (*_Nonnull request_reset_states)(ovb_request *_Nonnull request);
  ovb_status (*_Nonnull request_state_count)(ovb_request *_Nonnull request, size_t *_Nonnull out);
  ovb_status (*_Nonnull request_state)(ovb_request *_Nonnull request, size_t index,
                                       ovb_state *_Nullable *_Nonnull out);

  // States.
  void (*_Nonnull state_release)(ovb_state *_Nullable state);
  // One item.
  ovb_status (*_Nonnull state_name)(const ovb_state *_Nonnull state, ovb_list *_Nullable *_Nonnull out);
  ovb_status (*_Nonnull state_tensor)(const ovb_state *_Nonnull state, ovb_tensor *_Nullable *_Nonnull out);
  ovb_status (*_Nonnull state_set_tensor)(ovb_state *_Nonnull state, const ovb_tensor *_Nonnull tensor);
  ovb_status (*_Nonnull state_reset)(ovb_state *_Nonnull state);

  // Tensors. Types are OpenVINO's names: "f32", "i64", ...
  ovb_status (*_Nonnull tensor_create)(const char *_Nonnull type, const size_t *_Nullable shape, size_t rank,
                                       ovb_tensor *_Nullable *_Nonnull out);
  // Uses `size` bytes of the caller at `data` until `release` is called. On failure it is not called.
  ovb_status (*_Nonnull tensor_wrap)(const char *_Nonnull type, const size_t *_Nullable shape, size_t rank,
                                     void *_Nonnull data, size_t size, ovb_release _Nonnull release,
                                     void *_Nullable context, ovb_tensor *_Nullable *_Nonnull out);
  // The bytes of a file from `offset` on, mapped, as a tensor u8[n]. The file must not change.
  ovb_status (*_Nonnull tensor_map_file)(const char *_Nonnull path, size_t offset,
                                         ovb_tensor *_Nullable *_Nonnull out);
  // The part from `begin` up to, not including, `end`; it shares the memory.
  ovb_status (*_Nonnull tensor_part)(const ovb_tensor *_Nonnull tensor, const size_t *_Nonnull begin,
                                     const size_t *_Nonnull end, size_t rank,
                                     ovb_tensor *_Nullable *_Nonnull out);
  void (*_Nonnull tensor_release)(ovb_tensor *_Nullable tensor);
  // `type` has room for 16 bytes, `shape` for OVB_MAX_RANK extents.
  ovb_status (*_Nonnull tensor_describe)(const ovb_tensor *_Nonnull tensor, char *_Nonnull type,
                                         size_t *_Nonnull shape, size_t *_Nonnull rank,
                                         size_t *_Nonnull byte_size, int32_t *_Nonnull contiguous);
  // Borrowed; valid until the tensor is released, reshaped or, if it is a request's, inferred with.
  ovb_status (*_Nonnull tensor_data)(const ovb_tensor *_Nonnull tensor, void *_Nullable *_Nonnull out);
  ovb_status (*_Nonnull tensor_set_shape)(ovb_tensor *_Nonnull tensor, const size_t *_Nullable shape,
                                          size_t rank);
  ovb_status (*_Nonnull tensor_copy)(const ovb_tensor *_Nonnull from, ovb_tensor *_Nonnull to);
  // Sets all elements of a tensor of strings; text i is the next `sizes[i]` bytes at `bytes`.
  ovb_status (*_Nonnull tensor_set_strings)(ovb_tensor *_Nonnull tensor, const char *_Nullable bytes,
                                            const size_t *_Nullable sizes, size_t count);
  // Element `index` of a tensor of strings, borrowed as from `tensor_data`.
  ovb_status (*_Nonnull tensor_string)(const ovb_tensor *_Nonnull tensor, size_t index,
                                       const char *_Nullable *_Nonnull bytes, size_t *_Nonnull size);
} ovb_table;

// The only symbol of the library. NULL where it cannot serve this version of the table.
#define OVB_ENTRY "oven_openvino_table"
typedef const ovb_table *_Nullable (*ovb_entry)(uint32_t version);

#ifdef __cplusplus
}
#endif

#endif
