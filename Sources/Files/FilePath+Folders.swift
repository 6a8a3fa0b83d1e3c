import Foundation
import SystemPackage

extension FilePath {
  /// What tells a file or folder from all others, whatever its names.
  package struct Identity: Hashable, Sendable {
    let device: DeviceID
    let inode: Inode
  }

  /// The identity of what the path leads to, links followed.
  ///
  /// - Throws: What the system says.
  package func identity() throws(Errno) -> Identity {
    let status = try stat()
    return Identity(device: status.deviceID, inode: status.inode)
  }

  /// Whether the path leads to a folder, links followed.
  package var isFolder: Bool { (try? stat())?.type == .directory }

  /// Whether the path leads to anything, links followed.
  package var exists: Bool { (try? stat()) != nil }

  /// Names of all that a folder holds but `.` and `..`, in no particular order.
  ///
  /// - Throws: What the system says of a folder that cannot be read to its end.
  package func names() throws(Errno) -> [FilePath.Component] {
    guard let folder = withPlatformString({ opendir($0) }) else { throw Errno(rawValue: errno) }
    defer { closedir(folder) }
    var names: [FilePath.Component] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else {
        guard errno == 0 else { throw Errno(rawValue: errno) }
        return names
      }
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return names }
      // Read where it lies: the structure's own array may reach beyond the entry.
      let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      if let name = FilePath.Component(platformString: name), name.kind == .regular {
        names.append(name)
      }
    }
  }

  /// The path without `.` and, where no link is passed, without steps back.
  ///
  /// `..` leads to where the system goes: behind a link, that is not the folder which the link lies in.
  package func withoutDetours() -> FilePath {
    var path = FilePath(root: root, [])
    for component in components where component.kind != .currentDirectory {
      if component.kind == .parentDirectory, let last = path.lastComponent, last.kind == .regular,
        (try? path.stat(followTargetSymlink: false))?.type == .directory
      {
        path.removeLastComponent()
      } else {
        path.append(component)
      }
    }
    return path.isEmpty ? "." : path
  }
}
