/** Name the phases for people, as the assessment's report does. */

const NAMES = {
  resource_planning: "Planning and resources",
  swr_image_sync: "Images to SWR",
  rds_dump_restore: "Databases to RDS",
  obs_sync: "Buckets to OBS",
  velero_install: "Velero in both clusters",
  adaptation: "Objects adapted",
  velero_backup_restore: "Objects and volumes",
  verification: "Verification",
  cutover: "Cutover",
  rehearsed_cutover: "Cutover, rehearsed",
  roll_back: "Way back",
  source_retirement: "Retirement",
};

export function phaseName(id) {
  return NAMES[id] ?? id;
}
