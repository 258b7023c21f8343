package import SystemPackage

/// The units of reprofs-backing, as systemd knows them.
package enum BackingUnits {
    package static let name = "reprofs-backing"
    package static let socket = name + ".socket", service = name + ".service"
    package static let directory: FilePath = "/etc/systemd/system"
}
