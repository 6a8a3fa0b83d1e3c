import CCrypto
import Files
import SystemPackage

/// The hash by which runs recognise models and photographs.
///
/// OpenSSL's, which uses the processor's own instructions for it.
///
/// - SeeAlso: FIPS 180-4, section 6.2.
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  /// That of the provider which libcrypto itself contains, whatever a configuration puts in its place.
  ///
  /// `nonisolated(unsafe)`: set once, never written again; a fetched algorithm may be used by any thread.
  nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(
    OSSL_LIB_CTX_new(), "SHA2-256", nil)

  /// A hash of nothing so far.
  public init() {
    // Fails only where there is no memory left.
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Self.algorithm, nil) == 1
    else { preconditionFailure("libcrypto has no SHA-256") }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// The hash of some bytes in hexadecimal.
  public static func hexDigest(of bytes: some Sequence<UInt8>) -> String {
    var hash = SHA256()
    hash.update(Array(bytes))
    return hash.hexDigest()
  }

  /// The hash of a file in hexadecimal; the file is read in pieces.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read.
  public static func hexDigest(of file: FilePath) throws(CheckpointError) -> String {
    try hexDigest(of: WeightFile(file))
  }

  /// The hash of the file of that name in hexadecimal, as `hexDigest(of:)`.
  public static func hexDigest(ofFile path: String) throws(CheckpointError) -> String {
    try hexDigest(of: FilePath(path))
  }

  /// The hash of a file in hexadecimal, read in pieces.
  package static func hexDigest<Failure>(
    of file: Files.ReadableFile<Failure>
  ) throws(Failure) -> String {
    var hash = SHA256()
    var offset = 0
    while offset < file.byteCount {
      let count = min(1 << 20, file.byteCount - offset)
      hash.update(try file.bytes(at: offset, count: count))
      offset += count
    }
    return hash.hexDigest()
  }

  /// Appends bytes to what is hashed.
  public mutating func update(_ bytes: [UInt8]) { EVP_DigestUpdate(context, bytes, bytes.count) }

  /// The hash of everything appended, in hexadecimal.
  public consuming func hexDigest() -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    EVP_DigestFinal_ex(context, &digest, &count)
    let digits = Array("0123456789abcdef")
    return String(
      digest.prefix(Int(count)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
