/// A value that a pickle builds.
///
/// Texts and containers are numbers that point into the machine's arrays: a hostile pickle may nest
/// containers as deep as it is long, which nothing here ever follows by recursion, not even when the
/// values are released.
enum PickleValue: Hashable, Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case real(Double)
  /// An integer of more than 64 bits: the number of its bytes in `PickleMachine.texts`.
  case long(Int)
  /// The number of a text in `PickleMachine.texts`.
  case text(Int)
  /// The number of a tuple in `PickleMachine.sequences`.
  case tuple(Int)
  /// The number of a list in `PickleMachine.sequences`.
  case list(Int)
  /// The number of a dictionary in `PickleMachine.dictionaries`.
  case dictionary(Int)
  /// The number of a class or function in `PickleMachine.globals`.
  case global(Int)
  /// Something that a class or function of this number would have made; nothing was called.
  case opaque(Int)
  /// The number of a storage in `PickleMachine.storages`.
  case storage(Int)
  /// The number of a tensor in `PickleMachine.tensors`.
  case tensor(Int)
}

/// A run of numbers of one type that tensors view.
struct TorchStorage: Hashable, Sendable {
  /// Type of the elements; nil for bytes whose type each tensor gives.
  var dataType: DataType?
  /// What names it in the file.
  var key: String
  /// Number of elements, or of bytes if they have no type.
  var count: Int
  /// First element of the part of it that old files may limit tensors to.
  var viewOffset = 0
  /// Number of elements of that part; nil for all of them.
  var viewCount: Int?
}

/// A tensor as PyTorch saves it: a view of a storage.
struct TorchTensor: Hashable, Sendable {
  /// What it views.
  var storage: TorchStorage
  /// Type of the elements.
  var dataType: DataType
  /// First element in the storage.
  var offset: Int
  /// Extents, outermost first.
  var shape: [Int]
  /// Distances between neighbours in elements, one for each dimension.
  var strides: [Int]
}
