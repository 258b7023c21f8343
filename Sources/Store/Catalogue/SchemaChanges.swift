import GRDB
import SystemPackage

extension Schema {
    /// Garbage collection, verification, and names for snapshots.
    static let second = """
        UPDATE meta SET value = '0.2.0' WHERE key = 'needs';

        -- When garbage collection took the bytes away: the row is a tombstone, and damaged stands for that they cannot be served.
        ALTER TABLE blob ADD COLUMN dropped INTEGER;
        -- When the file's bytes were read last and were those of the hash; NULL: never since they were published.
        ALTER TABLE blob ADD COLUMN checked INTEGER;
        CREATE INDEX blobByChecked ON blob (checked, id) WHERE changed IS NOT NULL;
        CREATE INDEX blobLost ON blob (id) WHERE damaged;
        -- JSON: what loading it as a pickle would fetch; null where it is not a pickle, NULL where nobody looked.
        ALTER TABLE identity ADD COLUMN imports TEXT;
        CREATE INDEX identityByHeader ON identity (header) WHERE header IS NOT NULL;
        CREATE INDEX snapshotByParent ON snapshot (parent) WHERE parent IS NOT NULL;

        -- Names of snapshots; one that has a name is never forgotten, and an OCI manifest alone gives its files back.
        CREATE TABLE pinName (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            snapshot INTEGER NOT NULL REFERENCES snapshot(id),
            manifest INTEGER NOT NULL REFERENCES blob(id),
            time INTEGER NOT NULL
        );
        CREATE INDEX pinNameBySnapshot ON pinName (snapshot);
        -- What its manifest lists.
        CREATE TABLE pinLayer (
            pinName INTEGER NOT NULL REFERENCES pinName(id) ON DELETE CASCADE,
            blob INTEGER NOT NULL REFERENCES blob(id),
            PRIMARY KEY (pinName, blob)
        ) WITHOUT ROWID;
        CREATE INDEX pinLayerByBlob ON pinLayer (blob);

        -- Names in by-image that lead to another image than before, or to none: the newest. Mounts tell the kernel.
        CREATE TABLE imageChange (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            directory INTEGER NOT NULL,
            name TEXT NOT NULL
        );
        CREATE TRIGGER imageNameTaken AFTER UPDATE OF newest ON imageName WHEN OLD.newest AND NOT NEW.newest BEGIN
            INSERT INTO imageChange (directory, name) VALUES (OLD.directory, OLD.name);
        END;
        CREATE TRIGGER imageNameGone AFTER DELETE ON imageName WHEN OLD.newest BEGIN
            INSERT INTO imageChange (directory, name) VALUES (OLD.directory, OLD.name);
        END;
        CREATE TRIGGER imageChangeOld AFTER INSERT ON imageChange BEGIN
            DELETE FROM imageChange WHERE id <= NEW.id - 10000;
        END;
        -- How often any recipe became another text.
        INSERT INTO meta VALUES ('recipes', 0);
        CREATE TRIGGER renderingStale AFTER UPDATE OF fresh ON rendering WHEN OLD.fresh AND NOT NEW.fresh BEGIN
            UPDATE meta SET value = value + 1 WHERE key = 'recipes';
        END;
        CREATE TRIGGER imageSnapshot AFTER UPDATE OF snapshot ON image
        WHEN OLD.snapshot IS NOT NULL AND OLD.snapshot IS NOT NEW.snapshot BEGIN
            UPDATE meta SET value = value + 1 WHERE key = 'recipes';
        END;
        -- What listings tell, without the texts.
        CREATE INDEX renderingFacts ON rendering (snapshot, kind, name, fresh, size, rendered);
        """

    /// From here on, only the catalogue says whether a file was closed.
    static let third = """
        UPDATE meta SET value = '\(neededVersion)' WHERE key = 'needs';

        -- Of a file whose bytes are its own: 0 while it is being written, 1 once it was closed, 2 once it was closed and its bytes
        -- are on disk, 3 where it could not be written in full. A power cut leaves only 2 to be trusted. Of a file that holds a
        -- blob's bytes: 4 while somebody may be about to change them.
        ALTER TABLE live ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE live DROP COLUMN mount;
        -- Names and recipes expire in the kernel by themselves; nobody tells it.
        DROP TRIGGER imageNameTaken;
        DROP TRIGGER imageNameGone;
        DROP TABLE imageChange;
        DROP TRIGGER renderingStale;
        DROP TRIGGER imageSnapshot;
        DELETE FROM meta WHERE key = 'recipes';
        -- Blobs whose bytes can be served.
        CREATE VIEW servedBlob AS SELECT * FROM blob WHERE NOT damaged;
        """

    /// Private blobs: the modes of files apply to their bytes.
    static let fourth = """
        -- Whether not everybody could read the bytes wherever they came in: views show them to who mounts alone. Bytes that came in
        -- before this was noted are shown as they were.
        ALTER TABLE blob ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
        """

    /// Reports carry the rights of their writers.
    static let fifth = """
        -- JSON: user, group, groups, and what a container has mounted; NULL: who runs the mount.
        ALTER TABLE report ADD COLUMN writer TEXT;
        -- No text in a card ends its line any more.
        UPDATE rendering SET fresh = 0;
        """

    /// What a graph does not show of a node.
    static let sixth = """
        -- Which thread opened a model when: what the threads of a run opened while it ran.
        CREATE TABLE opening (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            load INTEGER NOT NULL REFERENCES load(id) ON DELETE CASCADE,
            thread INTEGER NOT NULL,
            time INTEGER NOT NULL,
            -- Where a report told it: the class of the node that opened it without naming it, and when its run began.
            class TEXT,
            begun INTEGER
        );
        CREATE INDEX openingByLoad ON opening (load);
        CREATE INDEX openingByThread ON opening (thread, time);
        CREATE INDEX openingByClass ON opening (class, begun) WHERE class IS NOT NULL;

        -- What each certificate says for or against what its image was made with: classes, samplers, devices, versions.
        CREATE TABLE lesson (
            certificate INTEGER NOT NULL REFERENCES certificate(id) ON DELETE CASCADE,
            cause TEXT NOT NULL,
            same INTEGER NOT NULL,
            PRIMARY KEY (cause, certificate)
        ) WITHOUT ROWID;
        CREATE INDEX lessonByCertificate ON lesson (certificate);
        """

    /// Links are names, and files have extended attributes.
    static let seventh = """
        -- Extended attributes of files and directories of the live view, by their whole names (`user.…`).
        CREATE TABLE liveAttribute (
            live INTEGER NOT NULL REFERENCES live(id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (live, name)
        ) WITHOUT ROWID;

        CREATE INDEX liveLink ON live (id) WHERE kind = 2;
        -- The names of models that symbolic links in the live view stand for, and the bytes that each holds.
        CREATE TABLE linkName (
            path TEXT PRIMARY KEY,
            blob INTEGER NOT NULL REFERENCES blob(id)
        ) WITHOUT ROWID;
        CREATE INDEX linkNameByBlob ON linkName (blob);
        """

    /// The pieces of a file can be checked separately, and opens of nodes are known even when ComfyUI caches their results.
    static let ninth = """
        -- SHA-256's chaining value after every MiB of a blob's file, as hashing it gave them; none before it was read for that.
        CREATE TABLE pieceList (
            blob INTEGER PRIMARY KEY REFERENCES blob(id) ON DELETE CASCADE,
            list BLOB NOT NULL
        );

        -- Which node of a run's prompt opened it: its id, its class, and a digest of its own inputs.
        ALTER TABLE opening ADD COLUMN node TEXT;
        ALTER TABLE opening ADD COLUMN nodeClass TEXT;
        ALTER TABLE opening ADD COLUMN nodeInputs BLOB;
        CREATE INDEX openingByNode ON opening (load, node) WHERE node IS NOT NULL;
        """

    /// Repositories of registries, and what is known to be there.
    static let tenth = """
        -- No password is ever kept here; those are where Docker and containers keep them.
        CREATE TABLE remote (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            url TEXT NOT NULL,
            -- JSON: how it is spoken to, and what it was found to be able to.
            facts TEXT NOT NULL,
            recorded INTEGER NOT NULL
        );
        CREATE TABLE blobRemote (
            blob INTEGER NOT NULL REFERENCES blob(id) ON DELETE CASCADE,
            remote INTEGER NOT NULL REFERENCES remote(id) ON DELETE CASCADE,
            -- When it was found there last, or brought there.
            pushed INTEGER NOT NULL,
            -- When all of its bytes were read there last, and were right; NULL: never, or they were not.
            proven INTEGER,
            -- When it was found to be gone from there, or other bytes under its name were; NULL: not, or that is over. A row with either is
            -- no presence. It is over when a registry says that what was gone is there, when a push brings it, or when it is proven.
            gone INTEGER,
            wrong INTEGER,
            PRIMARY KEY (blob, remote)
        ) WITHOUT ROWID;
        CREATE INDEX blobRemoteByRemote ON blobRemote (remote);
        -- Which manifest a tag stood for when it was used last: one that moves is told of.
        CREATE TABLE remoteTag (
            remote INTEGER NOT NULL REFERENCES remote(id) ON DELETE CASCADE,
            tag TEXT NOT NULL,
            manifest BLOB NOT NULL,
            recorded INTEGER NOT NULL,
            PRIMARY KEY (remote, tag)
        ) WITHOUT ROWID;
        """

    /// What `active/models` shows again after a run.
    static let eleventh = """
        -- Whether a run shows its models there, and what is shown when the run has ended.
        ALTER TABLE active ADD COLUMN isLent INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE active ADD COLUMN nextSnapshot INTEGER REFERENCES snapshot(id);
        ALTER TABLE active ADD COLUMN nextPinSet INTEGER REFERENCES pinSet(id);
        """
}

/// What a change of the schema needs from the code that opens the catalogue.
struct Migration {
    /// Throws if another process has the store open: it may be of a version that knows only the old schema.
    var isAlone: (@Sendable () throws(StoreError) -> Void)?
    /// Keeps a copy of the catalogue under a name; `copy` writes it to a path.
    var backUp: (@Sendable (_ name: String, _ copy: (FilePath) throws -> Void) throws -> Void)?
    /// Brings what a version before 0.3.0 kept in files beside the catalogue into the new tables.
    var takeOver: (@Sendable (Database) throws -> Void)?

    static var none: Migration { Migration() }
}
