import ArgumentParser
import ReproFS

struct UnmountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unmount", abstract: "End a mount; its process has ended when this returns.")

    @Argument(help: "The directory that ReproFS is mounted on.", completion: Offers.mountPoint)
    var directory: String

    func run() throws { try MountPoint.unmount(try Paths.mountPoint(directory)) }
}
