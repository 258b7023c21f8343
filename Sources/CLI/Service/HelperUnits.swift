import ReproFS
import SystemPackage

/// The units of reprofs-backing: a socket that everybody may connect to, and what systemd starts when somebody does.
struct HelperUnits {
    /// Whom it runs as, in the words of sysusers.d(5).
    static let user = "u \(BackingUnits.name) - \"ReproFS hands files to the kernel\""

    let program: FilePath

    var socket: String {
        """
        \(ServiceUnit.mark)
        [Unit]
        Description=ReproFS: where mounts of ordinary users ask for reads by the kernel itself
        Documentation=man:reprofs(1)

        [Socket]
        ListenSequentialPacket=/run/reprofs/backing.sock
        # As for /dev/fuse. A drop-in with SocketGroup= and SocketMode=0660 lets fewer ask.
        SocketMode=0666
        Backlog=4096
        RemoveOnStop=yes

        [Install]
        WantedBy=sockets.target

        """
    }

    /// Nothing here may create a mount namespace, because the helper looks for files in the one that users have. So ProtectSystem and its
    /// like are left out. The program's own filter of system calls lets it open files only for reading, and it runs as its own user.
    var service: String {
        """
        \(ServiceUnit.mark)
        [Unit]
        Description=ReproFS: hands files of ordinary users' mounts to the kernel
        Documentation=man:reprofs(1)
        Requires=\(BackingUnits.socket) sys-fs-fuse-connections.mount
        After=\(BackingUnits.socket) sys-fs-fuse-connections.mount
        # Where too many starts are refused, systemd gives up the socket too, until root starts it again, and all mounts go without the helper.
        StartLimitIntervalSec=0

        [Service]
        ExecStart=\(ServiceUnit.argument(program.string))
        # So it is started again at this pace, and not at once by whoever asks next. Mounts read models themselves meanwhile.
        Restart=on-failure
        RestartSec=5
        User=\(BackingUnits.name)
        CapabilityBoundingSet=CAP_SYS_ADMIN
        AmbientCapabilities=CAP_SYS_ADMIN
        NoNewPrivileges=yes
        RestrictAddressFamilies=AF_UNIX
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        SystemCallArchitectures=native
        # What is denied: a list of what is allowed would lack calls that this systemd does not know, of which the helper makes one.
        SystemCallFilter=~@privileged @aio @cpu-emulation @debug @ipc @keyring @memlock @obsolete @pkey @resources @sync
        SystemCallFilter=~fsconfig fsmount fsopen fspick mount move_mount umount umount2
        SystemCallFilter=capset memfd_create prlimit64 setrlimit
        IPAddressDeny=any
        DevicePolicy=closed
        KeyringMode=private
        UMask=0077
        LimitCORE=0
        LimitNOFILE=256
        TasksMax=160
        MemoryMax=256M
        CPUWeight=50

        """
    }
}
