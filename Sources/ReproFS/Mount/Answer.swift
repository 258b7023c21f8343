import CFuse
import Logging
import Store
import SystemPackage

/// Runs one operation and replies: the only place that turns a failure into an errno, and the only one that logs it.
///
/// `waits`: for the disk or for whoever writes the catalogue, so that others go on meanwhile.
func answer(
    _ request: fuse_req_t?, _ operation: StaticString, _ node: fuse_ino_t = 0, waits: Bool = false,
    _ body: (Mount) throws(Failure) -> Reply
) {
    let activity = Activity.current
    activity.began(operation, node)
    defer { activity.ended() }
    guard let request, let data = fuse_req_userdata(request) else { return }
    let mount = Mount.of(data)
    defer { mount.bell.ring() }
    if waits { mount.gate.leave() }
    do throws(Failure) {
        let reply = try body(mount)
        reply.send(request, mount.owner)
    } catch {
        if error.isNoteworthy { mount.logger.error("\(operation): \(error.message) (\(error.errno))") }
        fuse_reply_err(request, error.errno.rawValue)
    }
}
