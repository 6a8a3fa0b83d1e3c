import CDNNL
import Engine

/// Weights from one layout to another, the primitive made once; one worker runs it at a time.
final class Reorder {
  let scratchpadBytes: Int
  private let primitive: Primitive
  private let memories: [dnnl_memory_t]
  private let arguments: [dnnl_exec_arg_t]

  init(from: dnnl_memory_desc_t, to: dnnl_memory_desc_t) throws {
    var source = from
    var destination = to
    let engine = try Library.engine()
    let attributes = try Library.attributes()
    defer { dnnl_primitive_attr_destroy(attributes) }
    var description: dnnl_primitive_desc_t?
    var created: dnnl_primitive_t?
    try Library.single {
      try check(
        dnnl_reorder_primitive_desc_create(
          &description, &source, engine, &destination, engine, attributes),
        "dnnl_reorder_primitive_desc_create")
      try check(dnnl_primitive_create(&created, description), "dnnl_primitive_create")
    }
    defer { dnnl_primitive_desc_destroy(description) }
    guard let created,
      let scratchpad = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0)
    else { throw EngineError.library(call: "dnnl_primitive_create", status: -1) }
    primitive = Primitive(created)
    scratchpadBytes = dnnl_memory_desc_get_size(scratchpad)
    memories = [
      try makeMemory(&source, nil), try makeMemory(&destination, nil),
      try makeMemory(scratchpad, nil),
    ]
    arguments = zip([DNNL_ARG_SRC_0, DNNL_ARG_DST_0, DNNL_ARG_SCRATCHPAD], memories).map {
      dnnl_exec_arg_t(arg: $0, memory: $1)
    }
  }

  deinit { for memory in memories { dnnl_memory_destroy(memory) } }

  func run(
    _ worker: Worker, from source: UnsafeMutableRawPointer, to destination: UnsafeMutableRawPointer
  ) throws(EngineError) {
    for (memory, pointer) in zip(memories, [source, destination, worker.scratch.raw]) {
      try check(
        dnnl_memory_set_data_handle_v2(memory, pointer, worker.stream.handle),
        "dnnl_memory_set_data_handle_v2")
    }
    try check(
      dnnl_primitive_execute(
        primitive.handle, worker.stream.handle, Int32(arguments.count), arguments),
      "dnnl_primitive_execute")
  }
}
