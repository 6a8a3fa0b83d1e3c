/// One photograph at several scales and what the network's gates made of it (figure 3 a and b).
public struct ExamplePhotograph: Equatable, Sendable {
  /// The panel's title, such as the file's name.
  public let title: String
  /// The pictures that the network saw, ascending in scale.
  public let stimuli: [StimulusImage]
  /// The unit of `profile`, such as `SK_3_4`.
  public let profileUnit: String
  /// Successive channels behind a point of the profile.
  public let channelsPerPoint: Int
  /// `[scale][point]`: attention of the branch with the larger kernel, means of successive
  /// channels; scales as in `stimuli`.
  public let profile: [[Double]]
  /// The units of `differences`, in the order in which a picture passes them.
  public let unitNames: [String]
  /// `[unit][scale]`: the measure, scales as in `stimuli`.
  public let differences: [[Double]]

  /// Describes an example; values that are missing or not finite leave gaps in the figure.
  public init(
    title: String, stimuli: [StimulusImage], profileUnit: String, channelsPerPoint: Int,
    profile: [[Double]], unitNames: [String], differences: [[Double]]
  ) {
    self.title = title
    self.stimuli = stimuli
    self.profileUnit = profileUnit
    self.channelsPerPoint = channelsPerPoint
    self.profile = profile
    self.unitNames = unitNames
    self.differences = differences
  }
}

/// Attention per channel of one unit, averaged over photographs (figure 3 c).
public struct AverageProfile: Equatable, Sendable {
  /// The unit, such as `SK_3_4`.
  public let unit: String
  /// Successive channels behind a point.
  public let channelsPerPoint: Int
  /// The scales, ascending.
  public let scales: [Double]
  /// `[scale][point]`: mean over photographs of the attention of the branch with the larger kernel.
  public let mean: [[Double]]
  /// `[scale][point]`: its standard deviation over photographs.
  public let deviation: [[Double]]

  /// Describes a profile; values that are missing or not finite leave gaps in the figure.
  public init(
    unit: String, channelsPerPoint: Int, scales: [Double], mean: [[Double]], deviation: [[Double]]
  ) {
    self.unit = unit
    self.channelsPerPoint = channelsPerPoint
    self.scales = scales
    self.mean = mean
    self.deviation = deviation
  }
}
