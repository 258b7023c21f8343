extension Schema {
    /// Collection of garbage, verification, and names for snapshots.
    static let second = """
        UPDATE meta SET value = '\(neededVersion)' WHERE key = 'needs';

        -- When garbage collection took the bytes away: the row is a tombstone, and damaged stands for that they cannot be served.
        ALTER TABLE blob ADD COLUMN dropped INTEGER;
        -- When the file's bytes were read last and were those of the hash; NULL: never since they were published.
        ALTER TABLE blob ADD COLUMN checked INTEGER;
        CREATE INDEX blobByChecked ON blob (checked, id) WHERE changed IS NOT NULL;
        CREATE INDEX blobLost ON blob (id) WHERE damaged;
        -- JSON: what loading it as a pickle would fetch; null where it is no pickle, NULL where nobody looked.
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
}
