import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("Hostile PyTorch files")
struct HostileTorchTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// What a file holds in place of weights, and words that its refusal must contain.
  struct Attack: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var pickle: Pickle
    var words: String
  }

  private static let attacks: [Attack] = calls + bombs + syntax + tensors + disguises

  private static let calls = [
    Attack(
      testDescription: "a call of os.system",
      pickle: .whole(
        .global("os", "system") + .tuple([.text("touch /tmp/sknet-was-here")]) + [.reduce]),
      words: "an object of os.system, whose code is never run"),
    Attack(
      testDescription: "a call of os.system in the state dict",
      pickle: .whole(
        [.emptyDictionary, .mark] + .text("conv1.weight") + .global("posix", "system")
          + .tuple([.text("touch /tmp/sknet-was-here")]) + [.reduce, .setItems]),
      words: "entry 'conv1.weight': is made by posix.system, which is never run"),
    Attack(
      testDescription: "getattr on a function that builds tensors",
      pickle: .whole(
        .global("builtins", "getattr")
          + .tuple([.global("torch._utils", "_rebuild_tensor_v2"), .text("__globals__")])
          + [.reduce]),
      words: "an object of builtins.getattr"),
    Attack(
      testDescription: "a call of a text", pickle: .whole(.text("exec") + [.emptyTuple, .reduce]),
      words: "a call of what is no function"),
  ]

  private static let bombs = [
    Attack(
      testDescription: "a memo of four thousand million places",
      pickle: Pickle([0x80, 2, 0x7D, 0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E]),
      words: "value 4294967295 is remembered after 0 others"),
    Attack(
      testDescription: "lists of lists of lists, each twice in the next",
      pickle: .whole(billionLaughs(levels: 64)), words: "the file holds a sequence"),
    Attack(
      testDescription: "a million marks", pickle: .whole(repeated([0x28], 1 << 21)),
      words: "too many marks"),
    Attack(
      testDescription: "a quarter of a million tuples, one in the other",
      pickle: .whole(Pickle([0x29]) + repeated([0x85], 250_000)),
      words: "the file holds a sequence"),
    Attack(
      testDescription: "tuples without end",
      pickle: .whole(Pickle([0x29]) + repeated([0x85], 3_000_000)),
      words: "more than 262144 tuples"),
    Attack(
      testDescription: "a stack without end", pickle: .whole(repeated([0x4E], 3_000_000)),
      words: "more than 262144 values on the stack"),
    Attack(
      testDescription: "a long text as the name of many classes",
      pickle: .whole(
        longText + Pickle([0x71, 0])
          + repeated([0x68, 0, 0x68, 0, 0x93], 100_000)), words: "a class whose name is not a text"),
    Attack(
      testDescription: "a long list of pairs in many dictionaries",
      pickle: .whole(
        [.emptyList, .mark] + repeated([0x29, 0x29, 0x86], 50_000) + [.appends]
          + Pickle([0x71, 0])
          + repeated(
            Pickle.global("collections", "OrderedDict").bytes + [0x68, 0, 0x85, 0x52], 10_000)),
      words: "more than"),
  ]

  private static let syntax = [
    Attack(
      testDescription: "a text of four thousand million bytes",
      pickle: Pickle([0x80, 2, 0x58, 0xFF, 0xFF, 0xFF, 0xFF]), words: "it ends in the middle"),
    Attack(
      testDescription: "a text longer than any file",
      pickle: Pickle([0x80, 4, 0x8D] + [UInt8](repeating: 0xFF, count: 8)), words: "beyond 2⁶³"),
    Attack(
      testDescription: "an opcode that PyTorch does not write",
      pickle: .whole(Pickle([0x69])), words: "opcode 105 is not one that state dicts use"),
    Attack(
      testDescription: "a class without an end of its name",
      pickle: .whole(Pickle([0x63]) + repeated([0x41], 5000)), words: "a name without an end"),
    Attack(
      testDescription: "nothing on the stack", pickle: Pickle([0x80, 2, 0x2E]), words: "is missing"),
    Attack(
      testDescription: "a value from below a mark",
      pickle: .whole([.none, .mark, .reduce]), words: "is missing from the stack"),
    Attack(
      testDescription: "a key without a value",
      pickle: .whole([.emptyDictionary, .mark, .none, .setItems]), words: "a key without a value"),
    Attack(
      testDescription: "a value that was never remembered",
      pickle: .whole(Pickle([0x68, 7])), words: "value 7 was never remembered"),
    Attack(
      testDescription: "an empty dictionary", pickle: .whole([.emptyDictionary]),
      words: "found one without any"),
    Attack(
      testDescription: "no end", pickle: Pickle([0x80, 2, 0x7D]), words: "it ends in the middle"),
  ]

  private static let tensors = [
    tensor("beyond its storage", .tensor(key: "0", shape: [4], count: 3), "reaches element 3"),
    tensor(
      "beyond its storage by its offset", .tensor(key: "0", shape: [3], offset: 1, count: 3),
      "reaches element 3 of a storage of 3"),
    tensor(
      "beyond its storage by its strides",
      .tensor(key: "0", shape: [2, 2], strides: [2, 2], count: 4),
      "reaches element 4"),
    tensor("of a negative offset", .tensor(key: "0", shape: [1], offset: -1), "negative"),
    tensor("of a negative stride", .tensor(key: "0", shape: [2], strides: [-1]), "negative"),
    tensor(
      "of more elements than there are numbers",
      .tensor(key: "0", shape: [1 << 40, 1 << 40], strides: [0, 0], count: 1), "beyond 2⁶³"),
    tensor(
      "of more elements than the file has bytes",
      .tensor(key: "0", shape: [1 << 30], strides: [0], count: 1), "larger than four times the file"
    ),
    tensor(
      "of a thousand dimensions",
      .tensor(key: "0", shape: [Int](repeating: 1, count: 1000), count: 1),
      "not storage, offset, size and strides"),
    tensor("of too few strides", .tensor(key: "0", shape: [2], strides: []), "1 dimensions and 0"),
    tensor(
      "of whole numbers", .tensor(key: "0", shape: [6], type: "ShortStorage"), "found I16"),
    tensor(
      "of an unknown storage", .tensor(key: "0", shape: [1], type: "QInt8Storage"),
      "is made by torch.QInt8Storage"),
    tensor(
      "in a storage that is not there", .tensor(key: "9", shape: [1]),
      "entry 'data/9': is not in the archive"),
    tensor(
      "in a storage outside the folder", .tensor(key: "../../../etc/passwd", shape: [1]),
      "is not in the archive"),
    tensor(
      "in a storage of another size", .tensor(key: "0", shape: [100]),
      "expected 400 bytes, found 12"),
  ]

  private static let disguises = [
    Attack(
      testDescription: "doubles in a storage of floats",
      pickle: dictionary([
        ("a", .tensor(key: "0", shape: [3], function: "_rebuild_tensor_v3", dtype: "float64"))
      ]), words: "a tensor of another type than its storage"),
    Attack(
      testDescription: "doubles beyond a storage of bytes",
      pickle: dictionary([
        (
          "a",
          .tensor(
            key: "0", shape: [2], count: 12, type: "UntypedStorage",
            function: "_rebuild_tensor_v3", dtype: "float64")
        )
      ]), words: "reaches element 1 of a storage of 1"),
    Attack(
      testDescription: "a shared storage of two sizes",
      pickle: dictionary([
        ("a", .tensor(key: "0", shape: [3])), ("b", .tensor(key: "0", shape: [300])),
        ("c", .tensor(key: "0", shape: [3])),
      ]), words: "expected 1200 bytes, found 12"),
    Attack(
      testDescription: "nothing at the end of the world",
      pickle: dictionary([
        ("a", .tensor(key: "0", shape: [0], offset: .max, count: 3)),
        ("b", .tensor(key: "0", shape: [1, 3], strides: [.max, 0], count: 3)),
        ("c", .tensor(key: "1", shape: [1])),
      ]), words: "entry 'data/1': is not in the archive"),
  ]

  private static func dictionary(_ items: [(String, Pickle)]) -> Pickle {
    .whole(
      items.reduce([.emptyDictionary, .mark]) { $0 + .text($1.0) + $1.1 } + [.setItems])
  }

  private static func tensor(_ name: String, _ tensor: Pickle, _ words: String) -> Attack {
    Attack(
      testDescription: "a tensor " + name,
      pickle: dictionary([("a", tensor)]), words: words)
  }

  private static func repeated(_ bytes: [UInt8], _ count: Int) -> Pickle {
    Pickle((0..<count).flatMap { _ in bytes })
  }

  private static let longText = Pickle.text(String(repeating: "x", count: 1 << 20))

  /// `a = []; a = [a, a]; …`: two to the power of the levels, if anybody followed it.
  private static func billionLaughs(levels: Int) -> Pickle {
    let next: [UInt8] = [0x5D, 0x28, 0x68, 0, 0x68, 0, 0x65, 0x71, 0, 0x30]
    return Pickle([0x5D, 0x71, 0, 0x30]) + repeated(next, levels) + Pickle([0x68, 0])
  }

  @Test("are refused with a line that says why", arguments: attacks)
  func zip(_ attack: Attack) throws {
    var zip = ZipWriter()
    zip.add("archive/data.pkl", attack.pickle.bytes)
    zip.add("archive/data/0", [UInt8](repeating: 0, count: 12))
    try check(zip.finished(), attack.words)
  }

  // The last one's missing end would be that of the next pickle.
  @Test("are refused in the old container too", arguments: calls + bombs + syntax.dropLast())
  func legacy(_ attack: Attack) throws {
    let keys = Pickle.whole([.emptyList])
    try check((Pickle.legacyHead + attack.pickle + keys).bytes, attack.words)
  }

  /// Reads the weights and every tensor.
  private func check(_ bytes: [UInt8], _ words: String) throws {
    let path = try folder.write(bytes, to: "hostile.pth")
    let (time, error) = processorTime {
      #expect(throws: CheckpointError.self) {
        let tensors = try TorchFile(contentsOfFile: path).stateDict()
        for name in tensors.shapes.keys.sorted() { _ = try tensors.tensor(name) }
      }
    }
    let line = error?.description ?? ""
    #expect(line.hasPrefix(path) && line.contains(words), "\(line)")
    #expect(line.count < 700 && !line.contains("\n"))
    #expect(time < .seconds(5))
    #expect(!FileManager.default.fileExists(atPath: "/tmp/sknet-was-here"))
  }

  @Test("whose archive lies are refused", arguments: ZipFault.all)
  func archive(_ fault: ZipFault) throws {
    var zip = ZipWriter()
    zip.add(
      "archive/data.pkl",
      Pickle.whole(
        [.emptyDictionary, .mark] + .text("a") + .tensor(key: "0", shape: [3]) + [.setItems]
      ).bytes)
    zip.add("archive/data/0", [UInt8](repeating: 1, count: 12))
    try check(fault.spoil(zip), fault.words)
  }

  /// One thing wrong with an archive.
  struct ZipFault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: String
    var spoil: @Sendable (ZipWriter) -> [UInt8]

    init(
      _ name: String, words: String, _ spoil: @escaping @Sendable (inout ZipWriter) -> [UInt8]
    ) {
      testDescription = name
      self.words = words
      self.spoil = { zip in
        var zip = zip
        return spoil(&zip)
      }
    }

    static let all = [
      ZipFault("sizes of four gigabytes", words: "claims 4294967294 bytes") { zip in
        zip.entries[1].size = 0xFFFF_FFFE
        zip.entries[1].compressedSize = 0xFFFF_FFFE
        return zip.finished()
      },
      ZipFault("a size that overlaps what follows", words: "claims 600 bytes") { zip in
        zip.entries[1].size = 600
        zip.entries[1].compressedSize = 600
        return zip.finished()
      },
      ZipFault("unpacked larger than packed", words: "claims 1000000 bytes") { zip in
        zip.entries[1].size = 1_000_000
        return zip.finished()
      },
      ZipFault("compressed", words: "is compressed or encrypted") { zip in
        zip.entries[1].method = 8
        return zip.finished()
      },
      ZipFault("a wrong checksum", words: "CRC error") { zip in
        zip.entries[1].checksum ^= 1
        return zip.finished()
      },
      ZipFault("an offset into nowhere", words: "entry 'archive/data/0'") { zip in
        zip.entries[1].offset = 7
        return zip.finished()
      },
      ZipFault("claiming 2⁶⁰ entries", words: "claims 1152921504606846976 entries") { zip in
        zip.finished(claimedEntries: 1 << 60)
      },
      ZipFault("claiming thirty million entries", words: "claims 30000000 entries") { zip in
        zip.finished(claimedEntries: 30_000_000)
      },
      ZipFault("two pickles", words: "has 2 files data.pkl") { zip in
        zip.add("other/data.pkl", [])
        return zip.finished()
      },
      ZipFault("TorchScript", words: "is a TorchScript program") { zip in
        zip.add("archive/constants.pkl", [])
        return zip.finished()
      },
      ZipFault("big-endian", words: "big-endian") { zip in
        zip.add("archive/byteorder", Array("big".utf8))
        return zip.finished()
      },
      ZipFault("no pickle", words: "has no data.pkl") { _ in
        var zip = ZipWriter()
        zip.add("word/document.xml", [])
        return zip.finished()
      },
      ZipFault("cut short", words: "zip archive") { zip in
        Array(zip.finished().dropLast(30))
      },
    ]
  }
}
