import Engine
import Kernels

extension Branches {
  /// The plain sum of the normalized branches: the gate that does not weigh.
  func select(_ worker: Worker, _ chunk: Chunk, to selected: Field, variant: sk_variant) {
    let values = norms.map { $0.norm(worker) }
    for picture in chunk.pictures {
      let maps = outputs.map { UnsafeRawPointer?($0.pointer(picture, worker, chunk)) }
      sk_normalize_select(
        variant, norms[0].blocks, norms[0].positions, Int32(maps.count), values, maps, nil,
        selected.pointer(picture, worker, chunk))
    }
  }
}
