/** The recorder's page: what the server wrote into it. */

export interface PageData {
  viewer: string;
  classes: { id: string; name: string }[];
  max_upload_bytes: number;
}

export const page = JSON.parse(document.getElementById("page-data")?.textContent ?? "null") as PageData;
