/** The users of the database, each with no more than it needs. */
export const databaseUsers = ["writer", "reader", "replication", "agent"] as const;
export type DatabaseUser = (typeof databaseUsers)[number];

/** Of letters, digits, - and _ only: nothing that would have to be quoted. */
const plain = /^[\w-]{16,}$/;

/**
 * What a server executes when its data folder is made, before it writes a binary log: each member
 * has the same users from its first moment, and none of them is a transaction that the group would
 * not know. Nobody can sign in as root.
 */
export function firstStartSql(passwords: Readonly<Record<DatabaseUser, string>>): string {
  const user = (name: DatabaseUser, host: string) => {
    if (!plain.test(passwords[name])) throw new TypeError(`the password of ${name} is not plain`);
    return `CREATE USER '${name}'@'${host}' IDENTIFIED BY '${passwords[name]}' REQUIRE SSL;`;
  };
  const grant = (what: string, name: DatabaseUser, host: string) =>
    `GRANT ${what} TO '${name}'@'${host}';`;
  return [
    "ALTER USER 'root'@'localhost' IDENTIFIED BY RANDOM PASSWORD ACCOUNT LOCK;",
    "CREATE DATABASE notes CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;",
    // The application's tables are its own to make.
    user("writer", "%"),
    grant("SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON notes.*", "writer", "%"),
    user("reader", "%"),
    grant("SELECT ON notes.*", "reader", "%"),
    // What Group Replication asks of the user that recovers and clones by it.
    user("replication", "%"),
    grant("REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN ON *.*", "replication", "%"),
    grant("GROUP_REPLICATION_STREAM ON *.*", "replication", "%"),
    // From its own Pod only: begin and join the group, and look at it.
    user("agent", "127.0.0.1"),
    grant("GROUP_REPLICATION_ADMIN, SYSTEM_VARIABLES_ADMIN ON *.*", "agent", "127.0.0.1"),
    grant("CONNECTION_ADMIN, REPLICATION_SLAVE_ADMIN ON *.*", "agent", "127.0.0.1"),
    grant("SELECT ON performance_schema.*", "agent", "127.0.0.1"),
    "",
  ].join("\n");
}
