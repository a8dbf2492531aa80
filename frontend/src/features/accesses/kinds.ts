import { Kind } from "../../api/accesses";
import type { IconName } from "../../ui/Icon.svelte";

/** Every kind, in the order in which a person would look for it. */
export const kinds: readonly Kind[] = [
  Kind.Web, Kind.Basic, Kind.Digest, Kind.Bearer, Kind.Ssh, Kind.Sftp, Kind.Ftp, Kind.Ftps, Kind.Webdav, Kind.Mysql, Kind.Postgres,
  Kind.Redis, Kind.Mssql, Kind.Mongodb, Kind.Imap, Kind.Pop3, Kind.Smtp, Kind.Ldap, Kind.Rdp, Kind.Link, Kind.Document,
];

/** The sign of a kind of access. */
export function kindIcon(kind: Kind): IconName {
  switch (kind) {
    case Kind.Web: case Kind.Basic: case Kind.Digest: return "globe";
    case Kind.Ssh: case Kind.Rdp: return "server";
    case Kind.Sftp: case Kind.Ftp: case Kind.Ftps: case Kind.Webdav: case Kind.Document: return "folder";
    case Kind.Mysql: case Kind.Postgres: case Kind.Redis: case Kind.Mssql: case Kind.Mongodb: case Kind.Ldap: return "base";
    case Kind.Imap: case Kind.Pop3: case Kind.Smtp: return "mail";
    case Kind.Link: return "link";
    default: return "key";
  }
}

/** The kinds that may be opened with a private key. */
export const takesKey = (kind: Kind) => kind === Kind.Ssh || kind === Kind.Sftp;
