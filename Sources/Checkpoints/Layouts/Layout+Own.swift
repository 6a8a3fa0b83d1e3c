import Networks

extension Layout {
  /// This project's layout, for files without our metadata: a state dict saved from PyTorch.
  ///
  /// Conventions are those of the networks that use it: a 7×7 stem is followed by a padded pool, a
  /// smaller one by none; branch m of kernel 3 is dilated by m + 1, larger kernels are dense; the
  /// first stage keeps the resolution, every other halves it, as does the first of shuffle units. A network of the catalogue with the
  /// same shapes wins.
  static let own = Layout(
    title: "this project's layout",
    marks: ["stages.0.0.branches.0.conv.weight"],
    name: { layer in
      layer.unit.map { "stages.\($0.stage).\($0.unit).\(layer.part)" } ?? layer.part
    },
    joinsSelect: false,
    conventions: Conventions(
      pool: { $0 == 7 ? .padded : .none },
      dilation: { branch, kernel in kernel == 3 ? branch + 1 : 1 },
      preprocessing: { architecture in
        architecture.stem.kernel == 7
          ? .imageNet(.bicubic)
          : Preprocessing(size: catalogueEntry(of: architecture)?.inputSize ?? 64)
      },
      known: { inferred in
        if catalogueEntry(of: inferred) != nil { return inferred }
        let parameters = inferred.parameters
        return Catalogue.entries.lazy.map { network($0, classes: inferred.classes) }
          .first { $0.parameters == parameters } ?? inferred
      }),
    variant: { catalogueEntry(of: $0)?.name })

  private static func catalogueEntry(of architecture: Architecture) -> Catalogue.Entry? {
    Catalogue.entries.first { network($0, classes: architecture.classes) == architecture }
  }

  private static func network(_ entry: Catalogue.Entry, classes: Int) -> Architecture {
    var network = entry.architecture
    network.classes = classes
    return network
  }
}
