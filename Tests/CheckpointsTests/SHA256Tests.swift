import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// NIST's example messages.
  @Test(
    "gives the digests that NIST publishes",
    arguments: [
      ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func published(text: String, count: Int, digest: String) {
    let bytes = Array(String(repeating: text, count: count).utf8)
    #expect(SHA256.hexDigest(of: bytes) == digest)
  }

  /// Digests of 0, 1, 2, … as bytes, by coreutils' sha256sum.
  @Test(
    "pads rightly around the end of a block",
    arguments: [
      (55, "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59"),
      (56, "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562"),
      (63, "29af2686fd53374a36b0846694cc342177e428d1647515f078784d69cdb9e488"),
      (64, "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108"),
      (65, "4bfd2c8b6f1eec7a2afeb48b934ee4b2694182027e6d0fc075074f2fabb31781"),
      (119, "da18797ed7c3a777f0847f429724a2d8cd5138e6ed2895c3fa1a6d39d18f7ec6"),
      (120, "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c"),
      (1048579, "7bd9eef8bb7f99e63ea0266fd5e9e82c994c0292e0889d0af96ec099ee46e6b7"),
    ])
  func padding(count: Int, digest: String) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    #expect(SHA256.hexDigest(of: bytes) == digest)
    // The same in pieces of 7, and from a file.
    var hash = SHA256()
    for start in stride(from: 0, to: count, by: 7) {
      hash.update(Array(bytes[start..<min(start + 7, count)]))
    }
    #expect(hash.hexDigest() == digest)
    let folder = try ScratchFolder()
    #expect(try SHA256.hexDigest(ofFile: folder.write(bytes, to: "bytes")) == digest)
  }

  @Test("names the file that it cannot read")
  func missing() throws {
    let folder = try ScratchFolder()
    for path in [folder.path("missing"), folder.url.path] {
      let error = #expect(throws: CheckpointError.self) { try SHA256.hexDigest(ofFile: path) }
      #expect(error?.file == path)
    }
  }
}
