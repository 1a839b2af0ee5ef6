/** The Pods of k8s/base/mysql, in the order in which they are asked. */
export const databasePods = ["mysql-0", "mysql-1", "mysql-2"] as const;

/** The ConfigMap with the group's record. */
export const groupRecordName = "mysql-group";
