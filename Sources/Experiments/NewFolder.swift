import Foundation
import Observing

/// Refuses a folder that is there and holds anything.
///
/// - Throws: `ExperimentError.failure` naming it.
func checkIsNew(_ folder: String) throws {
  guard FileManager.default.fileExists(atPath: folder) else { return }
  guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
    throw ExperimentError.failure("\(folder): is no folder that can be read")
  }
  guard names.isEmpty else {
    throw ExperimentError.failure("\(folder): holds other files; choose another --out")
  }
}
