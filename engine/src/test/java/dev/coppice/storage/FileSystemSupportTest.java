package dev.coppice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSystemSupportTest {
    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs", "tmpfs", "overlay", "ext3", "unheard-of"})
    void localFileSystemsTakeMappedStores(String type) {
        assertEquals(FileSystemSupport.MAPPED_STORES, FileSystemSupport.of(type));
    }

    @ParameterizedTest
    @ValueSource(strings = {"btrfs", "zfs", "ZFS", "bcachefs", "f2fs"})
    void copyingFileSystemsAreWrittenByPosition(String type) {
        assertEquals(FileSystemSupport.POSITIONAL_WRITES, FileSystemSupport.of(type));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nfs", "nfs4", "cifs", "9p", "virtiofs", "fuse.sshfs", "fuseblk", "fuse"})
    void sharedFileSystemsAreRefused(String type) {
        FileSystemSupport support = FileSystemSupport.of(type);
        assertEquals(FileSystemSupport.REFUSED, support);
        assertTrue(support.sentence().contains("local file system"));
    }
}
