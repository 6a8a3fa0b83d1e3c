/// What a run's recordings can be written as.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// A line a stimulus, unit and branch.
  case csv
  /// NumPy's archive of arrays.
  case npz
  /// Tensors with metadata.
  case safetensors
}
