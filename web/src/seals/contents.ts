/** The changes of a record of contents, applied one after the other (docs/formats.md, section 3, "Record" and "Tree"). */

import { STAFF, type VerifiedCertificate } from "./certificate";
import type { Change, ChangeOf } from "./changes";
import type { Manifest, Signed } from "./documents";
import { must } from "./errors";
import type { Deed, FileNode, FileVersion, FolderNode, Node } from "./nodes";
import { Tree } from "./tree";

/** What stood before the record. */
interface Standing {
  readonly vault: string;
  readonly epoch: number;
  readonly manages: boolean;
  node(id: string): Node | undefined;
  versionOf(manifestHash: string): { readonly node: string; readonly version: FileVersion } | undefined;
  isReleased(manifestHash: string): boolean;
}

/** How the record came: by whom, when, and with which documents. */
interface Told {
  readonly author: VerifiedCertificate;
  readonly acceptedAt: number;
  readonly logIndex: number;
  /** The manifests in the order of the changes that name them. */
  readonly manifests: Iterator<Signed>;
  /** The manifest a change names: that, and by the record's author. */
  manifest(signed: Signed | undefined, hash: string): Manifest;
}

export class Contents {
  /** Nodes that the record made or changed. */
  readonly fresh = new Map<string, Node>();
  /** Versions it released, by manifest. */
  readonly releases = new Map<string, Deed>();
  private readonly subjects = new Set<string>();
  private readonly standing: Standing;
  private readonly told: Told;
  private readonly tree: Tree;

  constructor(standing: Standing, told: Told) {
    this.standing = standing;
    this.told = told;
    this.tree = new Tree(standing.vault, (id) => this.find(id));
  }

  /** @throws IntegrityError with the code of the rule that the change breaks. */
  apply(change: Change): void {
    switch (change.kind) {
      case "folder":
        this.fresh.set(change.node, this.folder(change));
        return;
      case "version":
        this.fresh.set(change.node, this.version(change));
        return;
      case "place":
        this.fresh.set(change.node, this.place(change));
        return;
      case "remove":
        this.fresh.set(change.node, this.remove(change));
        return;
      case "purge":
        this.fresh.set(change.node, this.purge(change));
        return;
      case "release":
        this.release(change);
        return;
      case "reseal":
        this.fresh.set(change.node, this.reseal(change));
        return;
      default:
        must(false, "record_shape", "a change that is none of contents");
    }
  }

  private folder(change: ChangeOf<"folder">): FolderNode {
    this.subject(change.node);
    this.checkNew(change.node, change.parent);
    this.checkEpoch(change.epoch);
    const { node: id, parent, row, epoch } = change;
    const state = { placed: null, removed: null, purged: false };
    return { kind: "folder", id, parent, row, epoch, ...this.deed, ...state };
  }

  private place(change: ChangeOf<"place">): Node {
    const { node: id, parent, row, epoch } = change;
    this.subject(id);
    const node = this.known(id);
    must(!this.tree.isGone(id), "node_purged", "what is gone for ever is placed nowhere");
    this.tree.checkParent(parent, id);
    this.checkEpoch(epoch);
    return { ...node, parent, removed: null, placed: { row, epoch, ...this.deed } };
  }

  private remove({ node: id }: ChangeOf<"remove">): Node {
    this.subject(id);
    const node = this.known(id);
    must(this.tree.isLive(id), "node_removed", "it is not there any more");
    return { ...node, removed: this.deed };
  }

  private purge({ node: id }: ChangeOf<"purge">): Node {
    must(this.standing.manages, "record_rights", "only who manages the vault purges");
    this.subject(id);
    const node = this.known(id);
    const isInTrash = node.removed !== null && !this.tree.isGone(id);
    must(isInTrash, "node_removed", "only what lies in the trash itself is deleted for ever");
    return { ...node, purged: true };
  }

  /** The server then lets go of what it replaces, so it takes the right that a purge takes. */
  private reseal({ node: id, version, manifest: hash }: ChangeOf<"reseal">): FileNode {
    must(this.standing.manages, "record_rights", "only who manages the vault seals anew");
    this.subject(id);
    const node = this.known(id);
    const manifest = this.told.manifest(this.told.manifests.next().value, hash);
    const old = this.inForce(id, version, manifest.previous ?? "");
    const isSame = manifest.node === id && manifest.parent === node.parent && manifest.version === version;
    must(isSame, "manifest_mismatch", "the manifest is for another node or version");
    must(manifest.copied_from === null, "manifest_mismatch", "what is sealed anew is no copy");
    this.checkCurrent(manifest);
    const isOlder = old.manifest.epoch < manifest.epoch;
    must(isOlder, "node_repeated", "the version is sealed under the current epoch already");
    must(
      manifest.payload_size === old.manifest.payload_size && manifest.commitment !== old.manifest.commitment,
      "reseal_differs",
      "not the same contents under another key",
    );
    must(node.kind === "file", "node_version", "a version of something that is no file");
    const { logIndex } = this.told;
    const earlier = [...old.earlier, old];
    const anew = { ...old, manifest, manifestHash: hash, logIndex, earlier, resealed: this.deed };
    return { ...node, versions: node.versions.map((one) => (one === old ? anew : one)) };
  }

  private release({ node, version, manifest }: ChangeOf<"release">): void {
    const isStaff = STAFF.includes(this.told.author.kind);
    must(isStaff, "record_rights", "only the staff releases what could not be scanned");
    this.subject(node);
    this.inForce(node, version, manifest);
    must(!this.standing.isReleased(manifest), "node_repeated", "the version is released already");
    this.releases.set(manifest, this.deed);
  }

  private version(change: ChangeOf<"version">): FileNode {
    const { node: id, parent, manifest: manifestHash } = change;
    const before = this.fileBefore(change);
    const manifest = this.told.manifest(this.told.manifests.next().value, manifestHash);
    this.checkManifest(manifest, change, before?.versions.at(-1)?.manifestHash ?? null);
    this.checkCopy(manifest);
    const { acceptedAt, logIndex } = this.told;
    const fresh = { manifest, manifestHash, acceptedAt, logIndex, author: manifest.author };
    const versions = [...(before?.versions ?? []), { ...fresh, earlier: [], resealed: null }];
    return { kind: "file", id, parent, versions, placed: null, removed: null, purged: false };
  }

  /** The file that a further version follows; null for a new one. */
  private fileBefore({ node, parent, version }: ChangeOf<"version">): FileNode | null {
    this.subject(node);
    if (version === 1) {
      this.checkNew(node, parent);
      return null;
    }
    const before = this.find(node);
    must(before?.kind === "file", "node_version", "a further version of something that is no file");
    must(this.tree.isLive(node), "node_removed", "a version of something that is not there any more");
    must(
      version === before.versions.length + 1 && parent === before.parent,
      "node_version",
      "the version does not follow the latest one, or its folder changed",
    );
    return before;
  }

  private checkManifest(manifest: Manifest, change: ChangeOf<"version">, previous: string | null): void {
    const { node, parent, version } = change;
    must(
      manifest.node === node && manifest.parent === parent && manifest.version === version,
      "manifest_mismatch",
      "the manifest is for another node or version",
    );
    must(manifest.previous === previous, "manifest_mismatch", "the manifest follows another version");
    this.checkCurrent(manifest);
  }

  /** A copy within the vault is of something that stands since an earlier record, and has its very payload and key. */
  private checkCopy(copy: Manifest): void {
    if (copy.copied_from === null) return;
    const source = this.standing.versionOf(copy.copied_from);
    const stands = source !== undefined && this.isInForce(source) && !this.tree.isGone(source.node);
    must(stands, "copy_unknown", "a copy of something that is not there");
    const { payload_hash, payload_size, commitment, thumbnail } = source.version.manifest;
    must(
      copy.payload_hash === payload_hash &&
        copy.payload_size === payload_size &&
        copy.commitment === commitment &&
        copy.thumbnail === thumbnail,
      "copy_differs",
      "a copy with another payload than its source",
    );
  }

  private checkNew(node: string, parent: string): void {
    const isTaken = node === this.standing.vault || this.find(node) !== undefined;
    must(!isTaken, "node_exists", "the id of a new node is taken");
    this.tree.checkParent(parent);
  }

  /** The version of the node that stands under this manifest today. */
  private inForce(node: string, version: number, manifest: string): FileVersion {
    const found = this.standing.versionOf(manifest);
    const isThis =
      found?.node === node && found.version.manifest.version === version && this.isInForce(found);
    must(isThis, "node_version", "no version of this node has that manifest");
    must(!this.tree.isGone(node), "node_purged", "the node is gone for ever");
    return found.version;
  }

  /** Nothing has come in its place. */
  private isInForce({
    node: id,
    version,
  }: {
    readonly node: string;
    readonly version: FileVersion;
  }): boolean {
    const node = this.standing.node(id);
    return node?.kind === "file" && node.versions[version.manifest.version - 1] === version;
  }

  private checkCurrent({ epoch, generation }: Manifest): void {
    must(
      generation === this.told.author.generation,
      "manifest_mismatch",
      "the manifest names another generation of its author",
    );
    this.checkEpoch(epoch);
  }

  private checkEpoch(epoch: number): void {
    must(epoch === this.standing.epoch, "epoch_not_current", "sealed under an epoch that is not current");
  }

  private subject(node: string): void {
    must(!this.subjects.has(node), "node_repeated", "a node is the subject of two changes of one record");
    this.subjects.add(node);
  }

  private known(id: string): Node {
    const node = this.find(id);
    must(node !== undefined, "node_unknown", "the vault has no such node");
    return node;
  }

  private find(id: string): Node | undefined {
    return this.fresh.get(id) ?? this.standing.node(id);
  }

  private get deed(): Deed {
    return { author: this.told.author.kid, acceptedAt: this.told.acceptedAt };
  }
}
