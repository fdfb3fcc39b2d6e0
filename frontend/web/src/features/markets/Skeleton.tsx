import classes from "./table.module.css";

/** Rows of the table, before they are there. */
export function Skeleton() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Loading stocks">
      {Array.from({ length: 14 }, (_, index) => (
        <div key={index} className={classes.skeletonRow}>
          <span className={classes.ghost} data-wide />
          <span className={classes.ghost} />
          <span className={classes.ghost} />
          <span className={classes.ghost} />
        </div>
      ))}
    </div>
  );
}
