import { directoryColumns } from './directory-columns.ts';

/** Numbers of columns by their names (ox-columns). */
export type ColumnNumbers = Readonly<Record<string, number>>;

const common: ColumnNumbers = {
  id: 1,
  last_modified: 5,
  folder_id: 20,
  categories: 100,
  private_flag: 101,
  color_label: 102,
  uid: 223,
};

export const contactColumns: ColumnNumbers = {
  ...Object.fromEntries(Object.entries(directoryColumns).map(([number, name]) => [name, Number(number)])),
  ...common,
  distribution_list: 592,
  image_last_modified: 597,
};

export const taskColumns: ColumnNumbers = {
  ...common,
  title: 200,
  note: 203,
  alarm: 204,
  recurrence_type: 209,
  days: 212,
  day_in_month: 213,
  month: 214,
  interval: 215,
  until: 216,
  occurrences: 222,
  status: 300,
  percent_completed: 301,
  actual_costs: 302,
  actual_duration: 303,
  billing_information: 305,
  target_costs: 307,
  target_duration: 308,
  priority: 309,
  currency: 312,
  trip_meter: 313,
  companies: 314,
  date_completed: 315,
  start_time: 316,
  end_time: 317,
  full_time: 401,
};
