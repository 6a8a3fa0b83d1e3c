extension RunStore: FileKeeper {
  /// Name of the database.
  package var databaseName: String { Self.fileName }

  /// Names of the files that the run wrote beside its store.
  package func ownFiles() throws -> Set<String> {
    try database.read { try FileManifest.names($0) }
  }

  /// Notes names before their files are written; a store that is open for reading is opened for it.
  package func claim(_ names: [String]) throws {
    guard isForWriting else {
      return try RunStore.open(folder, forWriting: true).claim(names)
    }
    try database.write { try FileManifest.insert(names, into: $0) }
  }
}

extension OutcomeStore: FileKeeper {
  /// Name of the database.
  package var databaseName: String { Self.fileName }

  /// Names of the files that the ablation wrote beside its store.
  package func ownFiles() throws -> Set<String> {
    try database.read { try FileManifest.names($0) }
  }

  /// Notes names before their files are written; a store that is open for reading is opened for it.
  package func claim(_ names: [String]) throws {
    guard isForWriting else {
      return try OutcomeStore(folder: folder, forWriting: true).claim(names)
    }
    try database.write { try FileManifest.insert(names, into: $0) }
  }
}
