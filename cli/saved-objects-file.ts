/** The generated file of dashboards for Kibana, relative to the project. */
export const SAVED_OBJECTS_FILE = 'kibana-dashboards/orgscope.ndjson';
