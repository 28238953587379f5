/* Of CloudNativePG's plugin for backups, whose types no package has: what its CustomResourceDefinition lets us say. */
import { IIoK8sApimachineryPkgApisMetaV1ObjectMeta } from "@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta.js";
export interface ISecretKey {
    "name": string;
    "key": string;
}
export interface IObjectStore {
    "apiVersion": "barmancloud.cnpg.io/v1";
    "kind": "ObjectStore";
    "metadata": IIoK8sApimachineryPkgApisMetaV1ObjectMeta;
    "spec": {
        "retentionPolicy"?: string;
        "configuration": {
            "destinationPath": string;
            "endpointURL"?: string;
            "endpointCA"?: ISecretKey;
            "serverName"?: string;
            "s3Credentials"?: {
                "accessKeyId"?: ISecretKey;
                "secretAccessKey"?: ISecretKey;
                "region"?: ISecretKey;
                "sessionToken"?: ISecretKey;
                "inheritFromIAMRole"?: boolean;
            };
            "wal"?: {
                "compression"?: "bzip2" | "gzip" | "lz4" | "snappy" | "xz" | "zstd";
                "encryption"?: "AES256" | "aws:kms";
                "maxParallel"?: number;
            };
            "data"?: {
                "compression"?: "bzip2" | "gzip" | "snappy";
                "encryption"?: "AES256" | "aws:kms";
                "immediateCheckpoint"?: boolean;
                "jobs"?: number;
            };
        };
    };
}
