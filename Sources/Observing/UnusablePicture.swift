import Engine
import Pictures

/// Why a picture could not be used, in one line.
package struct UnusablePicture: Error, CustomStringConvertible {
  /// The line.
  package let reason: String
  /// Whether the network's values were not finite, rather than the file unusable.
  package let isNetworks: Bool

  package init(reason: String, isNetworks: Bool = false) {
    self.reason = reason
    self.isNetworks = isNetworks
  }

  /// The line.
  package var description: String { reason }
}

/// Does what is to be done with a picture.
///
/// - Parameter body: Decodes it, shows it, and takes down what came of it.
/// - Returns: What came of it, or why it could not be used: the others go on.
/// - Throws: What is wrong with the engine or the process, which ends the job.
package func usingPicture<Value>(
  _ body: () throws -> Value
) throws -> Result<Value, UnusablePicture> {
  do {
    return .success(try body())
  } catch let error as EngineError {
    throw error
  } catch let error as PictureError where error.isOfProcess {
    throw error
  } catch let error as UnusablePicture {
    return .failure(error)
  } catch {
    return .failure(UnusablePicture(reason: "\(error)"))
  }
}
